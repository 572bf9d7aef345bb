import { expect, it } from 'vitest';
import { defined, lastOf, mustGet, tuple } from '../../src/checked';
import { DrobeError } from '../../src/errors';
import { entriesOf, fieldsOf, isObject, itemsOf, keysOf } from '../../src/objects';

it('what is as it must be comes back as it is', () => {
  const shape = [1, 77, 768];
  expect(tuple(shape, 3)).toBe(shape);
  expect(lastOf(shape)).toBe(768);
  expect(lastOf(Float32Array.of(1, 0.5))).toBe(0.5);
  expect(lastOf('(:')).toBe(':');
  expect(mustGet(new Map([['a', 0]]), 'a')).toBe(0);
  expect(defined('')).toBe('');
});

it('what is not is a bug that says so', () => {
  const wrong = [
    [() => tuple([1, 77], 3), '2 items instead of 3'],
    [() => lastOf([]), 'a value is missing'],
    [() => mustGet(new Map<string, number>(), 'a'), 'a value is missing'],
    [() => defined<string>(null), 'a value is missing'],
  ] as const;
  for (const [ask, reason] of wrong) expect(ask).toThrow(new DrobeError('bug', { reason }));
});

it('a closed table has its keys in its order', () => {
  const table = { beta: 1, alpha: 'a' };
  expect(keysOf(table)).toEqual(['beta', 'alpha']);
  expect(entriesOf(table)).toEqual([
    ['beta', 1],
    ['alpha', 'a'],
  ]);
});

it('a value of unknown origin has fields only as an object, and items only as a list', () => {
  for (const value of [null, undefined, 0, 'text', [1]]) {
    expect(isObject(value)).toBe(false);
    expect(fieldsOf(value)).toEqual({});
  }
  expect(fieldsOf({ a: 1 })).toEqual({ a: 1 });
  for (const value of [null, 'text', { length: 1 }]) expect(itemsOf(value)).toEqual([]);
  expect(itemsOf([1, null])).toEqual([1, null]);
});
