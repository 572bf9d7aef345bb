import { expect, test } from 'vitest';
import { isDeep, isForPrint, kindOf, moves } from '../../../src/canvas/kind';

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test('formats are told by their first bytes, whatever the name says', () => {
  expect(kindOf(latin('\xff\xd8\xff\xe0'))).toBe('JPEG');
  expect(kindOf(latin('RIFF\x10\0\0\0WEBPVP8 '))).toBe('WebP');
  expect(kindOf(latin('\0\0\0\x18ftypheic'))).toBe('HEIC');
  expect([kindOf(latin('\xff\x0a\xfa')), kindOf(latin('8BPS\0\x01'))]).toEqual(['JPEG XL', 'PSD']);
  expect(kindOf(latin('<?xml version="1.0"?><!-- a --><svg xmlns="…">'))).toBe('SVG');
  expect(kindOf(latin('just words'))).toBeNull();
  expect(kindOf(new Uint8Array())).toBeNull();
});

const frame = '\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0';
const gif = (...blocks: string[]) =>
  latin(`GIF89a\x01\0\x01\0\x80\0\0${'\0'.repeat(6)}${blocks.join('')}\x3b`);

test('a GIF of one frame stands still, one of two moves', () => {
  const delay = '\x21\xf9\x04\0\x0a\0\0\0';
  expect(moves(gif(delay, frame))).toBe(false);
  expect(moves(gif(delay, frame, delay, frame))).toBe(true);
  expect(moves(gif(frame).subarray(0, 22))).toBe(false);
});

test('animated PNG and WebP are told from still ones', () => {
  const head = '\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR' + '\0'.repeat(17);
  expect(moves(latin(`${head}\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0IDAT`))).toBe(true);
  expect(moves(latin(`${head}\0\0\0\0IDAT\0\0\0\0`))).toBe(false);
  expect(moves(latin('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02'))).toBe(true);
  expect(moves(latin('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x10'))).toBe(false);
});

test('a PNG tells how many bits a colour has, and a JPEG how many inks', () => {
  const png = (bits: number) =>
    latin(`\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR${'\0'.repeat(8)}${String.fromCharCode(bits)}`);
  expect([isDeep(png(16)), isDeep(png(8)), isDeep(latin('just words'))]).toEqual([true, false, false]);
  const jpeg = (inks: number) =>
    latin(
      `\xff\xd8\xff\xe0\0\x04ab\xff\xc4\0\x02\xff\xc2\0\x11\x08\0\x01\0\x01${String.fromCharCode(inks)}${'\0'.repeat(12)}`,
    );
  expect([isForPrint(jpeg(4)), isForPrint(jpeg(3)), isForPrint(png(8))]).toEqual([true, false, false]);
  expect(isForPrint(latin('\xff\xd8\xff\xda\0\x0c'))).toBe(false);
});
