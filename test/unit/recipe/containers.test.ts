import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { joined, utf8 } from '../../../src/recipe/bytes';
import { textsIn } from '../../../src/recipe/picture/containers';
import { pngChunk } from '../../../src/recipe/picture/png';
import * as pictures from './pictures';
import { text, thousand } from './random';
import { withTexts } from './with-texts';

const words =
  'a cat, naïve 日本 🎨\nNegative prompt: x\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 8x8';
const plain = [
  ['PNG', pictures.png],
  ['JPEG', pictures.jpeg],
  ['WebP', pictures.webp],
  ['lossless WebP', pictures.webpLossless],
] as const;

it('the words that Pillow wrote', () => {
  expect(Object.fromEntries(textsIn(pictures.png))).toEqual({
    parameters: words,
    zipped: 'b'.repeat(300),
    wide: '日本',
    plain: 'café',
  });
  expect(textsIn(pictures.jpegUnicode).get('parameters')).toBe(words);
  expect(textsIn(pictures.webpUnicode).get('parameters')).toBe(words);
  expect(Object.fromEntries(textsIn(pictures.webpComfy))).toEqual({
    workflow: '{"nodes": []}',
    prompt: '{"3": {}}',
  });
  expect(textsIn(pictures.jpeg).size).toBe(0);
});

describe.each(plain)('a %s', (kind, picture) => {
  it('is read as it was written, whatever the words', () => {
    fc.assert(
      fc.property(text, (more) => {
        const said = `a cat ${more}`;
        const once = withTexts(picture, new Map([['parameters', 'before']]));
        const written = withTexts(once!, new Map([['parameters', said]]));
        // UTF-8 has no halves of letters.
        const kept = kind === 'PNG' ? said.toWellFormed() : said;
        if (!kept.endsWith('\0')) expect(textsIn(written!).get('parameters')).toBe(kept);
      }),
      { ...thousand, numRuns: 200 },
    );
  });

  it('with its bytes changed or cut gives words or none, and no error', () => {
    const whole = withTexts(
      picture,
      new Map([
        ['parameters', words],
        ['prompt', '{}'],
      ]),
    )!;
    const change = fc.record({ at: fc.nat({ max: whole.length - 1 }), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat({ max: whole.length }), (changes, length) => {
        const file = whole.slice(0, Math.max(12, length));
        for (const { at, to } of changes) if (at < file.length) file[at] = to;
        for (const said of textsIn(file).values()) expect(said).toBeTypeOf('string');
        withTexts(file, new Map([['parameters', 'x']]));
      }),
      thousand,
    );
  });
});

describe.each(['ASCII\0\0\0', 'JIS\0\0\0\0\0', '\0\0\0\0\0\0\0\0', 'UNICODE\0'])(
  'a comment marked %j',
  (mark) => {
    it.each(['II', 'MM'])('is read in byte order %s', (order) => {
      const little = order === 'II';
      const said = 'Steps: 20, Seed: 5';
      const letters = mark.startsWith('U') ? Buffer.from(said, 'utf16le') : Buffer.from(said);
      if (mark.startsWith('U') && !little) letters.swap16();
      const data = Buffer.concat([Buffer.from(mark, 'latin1'), letters]);
      const tiff = Buffer.alloc(44);
      tiff.write(order, 'latin1');
      const put16 = (at: number, value: number) =>
        little ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
      const put32 = (at: number, value: number) =>
        little ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at);
      put16(2, 42);
      put32(4, 8); // a folder of one entry: where the next folder lies
      for (const [at, value] of [
        [8, 1],
        [10, 0x8769],
        [12, 4],
      ] as const)
        put16(at, value);
      for (const [at, value] of [
        [14, 1],
        [18, 26],
      ] as const)
        put32(at, value);
      // And the next, of the comment.
      for (const [at, value] of [
        [26, 1],
        [28, 0x9286],
        [30, 7],
      ] as const)
        put16(at, value);
      for (const [at, value] of [
        [32, data.length],
        [36, 44],
      ] as const)
        put32(at, value);
      const segment = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, data]);
      const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, segment.length + 2]);
      const file = Uint8Array.from(Buffer.concat([head, segment, Buffer.from(pictures.jpeg.subarray(2))]));
      expect(textsIn(file).get('parameters')).toBe(said);
    });
  },
);

it('a JPEG says so when it cannot hold the words', () => {
  expect(withTexts(pictures.jpeg, new Map([['parameters', 'x'.repeat(40_000)]]))).toBeNull();
  expect(withTexts(Uint8Array.of(1, 2, 3), new Map([['parameters', 'x']]))).toBeNull();
});

it('a text that unpacks to more than anyone writes is left out', () => {
  const bomb = joined([utf8('zipped\0\0'), zlibSync(new Uint8Array(2 ** 24))]);
  const signature = pictures.png.subarray(0, 8);
  expect(textsIn(joined([signature, pngChunk('zTXt', bomb)])).size).toBe(0);
});
