import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { hiddenText, type Columns } from '../../../src/recipe/picture/hidden';
import { recipeInPixels } from '../../../src/recipe/read';

const utf8 = new TextEncoder();
const INFO = 'a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x64';

interface Hidden {
  readonly signature: string;
  readonly payload: Uint8Array;
  readonly bits?: number;
  readonly width?: number;
  readonly height?: number;
}

/** A grey picture with bits down its columns, and how many of these were asked for. */
function picture({ signature, payload, bits = 8 * payload.length, width = 64, height = 40 }: Hidden) {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bits);
  const channels = signature.startsWith('stealth_rgb') ? [0, 1, 2] : [3];
  let bit = 0;
  for (const byte of [...utf8.encode(signature), ...length, ...payload])
    for (let i = 7; i >= 0; i--, bit++) {
      const pixel = Math.floor(bit / channels.length);
      const at =
        4 * ((pixel % height) * width + Math.floor(pixel / height)) + channels[bit % channels.length]!;
      if (at < rgba.length) rgba[at] = 254 | ((byte >> i) & 1);
    }
  const asked: number[] = [];
  const columns: Columns = {
    width,
    height,
    read: async (count) => {
      asked.push(count);
      const part = new Uint8ClampedArray(4 * count * height);
      for (let y = 0; y < height; y++)
        part.set(rgba.subarray(4 * y * width, 4 * (y * width + count)), 4 * y * count);
      return part;
    },
  };
  return { columns, asked };
}

describe('words in the lowest bits', () => {
  it.each([
    ['stealth_pnginfo', utf8.encode(INFO)],
    ['stealth_pngcomp', gzipSync(utf8.encode(INFO))],
    ['stealth_rgbinfo', utf8.encode(INFO)],
    ['stealth_rgbcomp', gzipSync(utf8.encode(INFO))],
  ])('%s', async (signature, payload) => {
    expect(await hiddenText(picture({ signature, payload }).columns)).toBe(INFO);
    const recipe = await recipeInPixels(picture({ signature, payload, height: 7, width: 400 }).columns);
    expect(recipe).toMatchObject({ tool: { name: 'A1111' }, settings: { prompt: 'a cat', seed: 5n } });
  });

  it('NovelAI’s, whose texts are one JSON there', async () => {
    const comment = JSON.stringify({ prompt: '{a cat}', steps: 28, seed: 9, sampler: 'k_euler' });
    const texts = JSON.stringify({ Description: '{a cat}', Software: 'NovelAI', Comment: comment });
    const { columns } = picture({ signature: 'stealth_pngcomp', payload: gzipSync(utf8.encode(texts)) });
    expect(await recipeInPixels(columns)).toMatchObject({
      tool: { name: 'NovelAI' },
      settings: { prompt: '(a cat:1.05)', steps: 28, seed: 9n },
    });
  });

  it('no more columns are read than they fill', async () => {
    const { columns, asked } = picture({ signature: 'stealth_pnginfo', payload: utf8.encode(INFO) });
    await hiddenText(columns);
    expect(asked).toEqual([4, Math.ceil((8 * (19 + INFO.length)) / 40)]);
    const none = picture({ signature: 'stealth_nothing', payload: utf8.encode(INFO) });
    expect([await hiddenText(none.columns), none.asked]).toEqual([null, [4]]);
  });

  it.each([
    ['more bits than there are pixels', { bits: 2 ** 32 - 8 }],
    ['bits that make no bytes', { bits: 13 }],
    ['nothing packed', { signature: 'stealth_pngcomp' }],
    [
      'a giant, packed',
      { signature: 'stealth_pngcomp', payload: gzipSync(new Uint8Array(2 ** 24)), height: 400, width: 600 },
    ],
    ['no room for the head', { width: 2, height: 20 }],
    ['no text', { payload: Uint8Array.of(0xff, 0xfe, 0xfd) }],
  ])('%s: there are none', async (_, more: Partial<Hidden>) => {
    const { columns } = picture({ signature: 'stealth_pnginfo', payload: utf8.encode(INFO), ...more });
    expect(await hiddenText(columns)).toBeNull();
  });
});
