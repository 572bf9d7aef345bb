import { expect, test } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import { full } from '../fake';
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

test('whatever is counted is in its case', () => {
  expect([1, 2, 5].map(lt.numbers.wholeRun)).toEqual([
    'Išjungta',
    'Visas kas 2 žingsnius',
    'Visas kas 5 žingsnius',
  ]);
  expect([1, 3, 12, 31].map((n) => lt.styles.imported(n, 0))).toEqual([
    'Importuotas 1 stilius.',
    'Importuoti 3 stiliai.',
    'Importuota 12 stilių.',
    'Importuotas 31 stilius.',
  ]);
});

test('a file keeps its name as it is, and says what happened to it', () => {
  const error = new DrobeError('file-truncated', { expectedBytes: 28.1e6, actualBytes: 3.1e6 });
  expect(plain(lt.problems.sentence(error, 'x.safetensors'))).toBe(
    'Failas „x.safetensors“ nepilnas: yra 3,1 MB iš 28,1 MB, trūksta 25 MB. Atsisiųskite jį iš naujo ir importuokite visą.',
  );
  expect(lt.problems.sentence(new DrobeError('missing-part', { part: 'VAE and text encoder' }), 'x')).toMatch(
    /^Failas „x“ nepilnas, trūksta: VAE ir teksto koduotojas\./,
  );
  expect(lt.loans.holds({ ...full().facts, lacks: 'text encoder and second text encoder', t5: false })).toBe(
    'be teksto koduotojo ir antrojo teksto koduotojo, be T5',
  );
});

test('reasons that the engine gives are told in Lithuanian, those of others as they are', () => {
  const told = (reason: string) => lt.problems.sentence(new DrobeError('bad-request', { reason }));
  expect(told('nothing is masked')).toBe(
    'Su tokiais nustatymais piešti negalima (kaukė nieko nedengia). Pakeiskite juos ir pabandykite dar kartą.',
  );
  expect(told('steps must be 1 to 150, not 0')).toContain('(žingsnių gali būti nuo 1 iki 150, o ne 0)');
  expect(told('Failed to fetch')).toContain('(Failed to fetch)');
});
