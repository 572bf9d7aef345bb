import { expect, test } from 'vitest';
import { lt } from '../../../../src/ui/words/lt';
import { preferred } from '../../../../src/ui/words/language.svelte';

/** With spaces that may break a line, which is how one types them. */
const plain = (text: string): string => text.replaceAll('\u00A0', ' ');

test('the first of the languages a person reads that is spoken here counts', () => {
  expect(preferred(['lt-LT', 'en-GB'])).toBe('lt');
  expect(preferred(['de', 'EN-us', 'lt'])).toBe('en');
  expect(preferred(['lv', 'et'])).toBe('en');
  expect(preferred(['lt'])).toBe('lt');
  expect(preferred([])).toBe('en');
});

test('words go with their numbers', () => {
  expect([1, 2, 5, 10, 11, 21, 1234].map(lt.changes.deleted).map(plain)).toEqual([
    'Vaizdas ištrintas.',
    'Ištrinti 2 vaizdai.',
    'Ištrinti 5 vaizdai.',
    'Ištrinta 10 vaizdų.',
    'Ištrinta 11 vaizdų.',
    'Ištrintas 21 vaizdas.',
    'Ištrinti 1 234 vaizdai.',
  ]);
});

test('numbers have a comma, and sizes and times their units', () => {
  const { bytes, count, duration, fixed, timeLeft } = lt.format;
  expect([0, 1, 999, 29_678_606, 999_999_999, 2_132_625_918].map(bytes).map(plain)).toEqual([
    '0 baitų',
    '1 baitas',
    '999 baitai',
    '29,7 MB',
    '1 GB',
    '2,1 GB',
  ]);
  expect(plain(count(859_520_964))).toBe('859 520 964');
  expect(fixed(0.5, 2)).toBe('0,50');
  expect([40, 1500, 75_000].map(duration)).toEqual(['0,0 s', '1,5 s', '1 min 15 s']);
  expect([900, 33_000].map(timeLeft)).toEqual(['liko apie 1 s', 'liko apie 35 s']);
});
