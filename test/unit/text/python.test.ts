import { describe, expect, it } from 'vitest';
import { float } from '../../../src/text/python';

describe('float()', () => {
  it.each([
    ['1.5', 1.5],
    [' +.5\n', 0.5],
    ['5.', 5],
    ['1e-2', 0.01],
    ['1_000', 1000],
    ['١٢', 12],
    ['𝟗.𝟎', 9],
    ['-inf', -Infinity],
    ['NaN', NaN],
    ['', null],
    ['.', null],
    ['1.2.3', null],
    ['1__0', null],
    ['0x10', null],
  ])('of %j', (text, expected) => {
    expect(float(text)).toBe(expected);
  });
});
