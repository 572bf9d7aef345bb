import { expect, it } from 'vitest';
import { nameIn } from '../../../src/weights/download/disposition';

it.each([
  ['attachment; filename="ink_v2.safetensors"', 'ink_v2.safetensors'],
  ['attachment; filename=ink_v2.safetensors', 'ink_v2.safetensors'],
  ['inline;filename = ink.safetensors ; size=3', 'ink.safetensors'],
  ["attachment; filename*=UTF-8''%C4%97%C5%BE.safetensors", 'ėž.safetensors'],
  ['attachment; filename="e.safetensors"; filename*=utf-8\'lt\'%C4%97.safetensors', 'ė.safetensors'],
  ["attachment; filename*=iso-8859-1''na%EFve.safetensors", 'naïve.safetensors'],
  ["attachment; filename=plain.safetensors; filename*=UTF-8''%FF", 'plain.safetensors'],
  ["attachment; filename=plain.safetensors; filename*=KLINGON''q", 'plain.safetensors'],
  ['attachment; filename="say \\"ink\\".safetensors"', 'say "ink".safetensors'],
  ['attachment; filename="a; filename=b.safetensors"', 'a; filename=b.safetensors'],
  ['attachment; filename="a%20b.safetensors"', 'a b.safetensors'],
  ['attachment; filename="100%.safetensors"', '100%.safetensors'],
  // UTF-8, as a header hands it over.
  ['attachment; filename="\u00c4\u0097.safetensors"', 'ė.safetensors'],
  ['attachment; filename="\u00ef.safetensors"', 'ï.safetensors'],
  ['attachment; filename="../../etc/ink.safetensors"', 'ink.safetensors'],
  ["attachment; filename*=UTF-8''..%2F..%2Fink.safetensors", 'ink.safetensors'],
  ['attachment; filename="C:\\\\models\\\\ink.safetensors"', 'ink.safetensors'],
  ['attachment; filename=".."', null],
  ['attachment; filename="models/"', null],
  ['attachment; filename=""', null],
  ['attachment', null],
  [null, null],
])('%s names %s', (header, name) => {
  expect(nameIn(header)).toBe(name);
});
