import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, rowsOf } from '../../../src/text/csv';
import { isHeading, styled, styleFile, stylesIn, withStyles, type Style } from '../../../src/text/styles';

const style = (name: string, prompt: string, negative = ''): Style => ({ name, prompt, negative });

test('one’s own words go where {prompt} stands, as often as it does, and else before the style’s', () => {
  expect(styled('a cat', 'film still of {prompt}, {prompt} only')).toBe('film still of a cat, a cat only');
  expect(styled('$& $1', 'a {prompt} b')).toBe('a $& $1 b');
  expect(styled(' a cat ', ' sharp\n')).toBe('a cat, sharp');
  expect(styled('', 'sharp')).toBe('sharp');
  expect(styled('a cat', '  ')).toBe('a cat');
  expect(styled('a cat', '{Prompt}')).toBe('a cat, {Prompt}');
});

test('several styles are applied in their order, to both prompts', () => {
  const [film, sharp] = [
    style('film', 'film still of {prompt}', 'drawing'),
    style('sharp', 'sharp', 'blurry, {prompt}'),
  ];
  const words = { prompt: 'a cat', negative: 'dog' };
  expect(withStyles(words, [film, sharp])).toEqual({
    prompt: 'film still of a cat, sharp',
    negative: 'blurry, dog, drawing',
  });
  expect(withStyles(words, [sharp, film])).toEqual({
    prompt: 'film still of a cat, sharp',
    negative: 'blurry, dog, drawing',
  });
  expect(withStyles(words, [])).toEqual(words);
});

const STYLES_CSV = `\ufeffname,prompt,negative_prompt\r
Film,"film still of {prompt}, ""grainy"", 35 mm","cartoon,\r
drawing"\r
----- Painters -----,,\r
Oil,oil painting of {prompt}\r
\r
,without a name,\r
Film,the latter counts,`;

test('a styles.csv is read: its mark, quoted commas, quotation marks and line breaks, lines between, short rows', () => {
  const styles = stylesIn(STYLES_CSV.replace('Film,the latter counts,', ''));
  expect(styles).toEqual([
    style('Film', 'film still of {prompt}, "grainy", 35 mm', 'cartoon,\r\ndrawing'),
    style('----- Painters -----', ''),
    style('Oil', 'oil painting of {prompt}'),
  ]);
  expect(styles?.map(isHeading)).toEqual([false, true, false]);
  expect(stylesIn(STYLES_CSV)?.[0]).toEqual(style('Film', 'the latter counts'));
});

test('columns are found by their names, in older files too; without those it is no styles.csv', () => {
  expect(stylesIn('negative_prompt,name,text\nblurry,Old,"a, b"')).toEqual([style('Old', 'a, b', 'blurry')]);
  for (const other of ['', '\ufeff', 'a,b\nc,d', 'Steps: 20, Sampler: Euler a'])
    expect(stylesIn(other)).toBeNull();
});

test('what is written is what A1111 writes', () => {
  expect(styleFile([style('a "b"', 'x, y', 'z\n'), style('plain', '')])).toBe(
    '\ufeffname,prompt,negative_prompt\r\n"a ""b""","x, y","z\n"\r\nplain,,\r\n',
  );
});

test('cells are read as Python reads them where quotation marks are astray', () => {
  expect(rowsOf('a"b,"c"d,""\n"x\ny')).toEqual([['a"b', 'cd', ''], ['x\ny']]);
});

/** Of signs that matter, and all others. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'ą', '{prompt}', '\ufeff', '-') }),
  fc.string({ unit: 'binary' }),
);

test('1,000 random styles come back from the file as they went into it', () => {
  const name = text.map((words) => words.trim()).filter((words) => words !== '');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ name, prompt: text, negative: text }), {
        selector: (one) => one.name,
        maxLength: 8,
      }),
      (styles) => {
        expect(stylesIn(styleFile(styles))).toEqual(styles);
      },
    ),
    { numRuns: 1000 },
  );
});

test('any text is read without harm, and any rows come back', () => {
  fc.assert(
    fc.property(text, (words) => {
      expect(rowsOf(words).every((row) => row.length > 0)).toBe(true);
    }),
  );
  const rows = fc.array(fc.array(text, { minLength: 2, maxLength: 4 }));
  fc.assert(
    fc.property(rows, (some) => {
      expect(rowsOf(fileOf(some))).toEqual(some);
    }),
  );
});
