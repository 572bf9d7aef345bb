import { expect, test } from 'vitest';
import { hiddenText } from '../../src/recipe/picture/hidden';
import { columnsOf } from '../../src/ui/files/decode';
import { readPicture } from '../../src/ui/files/picture';

test('words in the lowest bits of a PNG’s alpha are read as its file has them', async () => {
  const [width, height] = [40, 30];
  const words = 'žalias ąžuolas';
  const text = new TextEncoder().encode(words);
  const bytes = [...new TextEncoder().encode('stealth_pnginfo'), 0, 0, 0, 8 * text.length, ...text];
  const data = new ImageData(width, height);
  data.data.fill(255);
  for (const [n, byte] of bytes.entries())
    for (let i = 0; i < 8; i++) {
      const bit = 8 * n + i;
      const pixel = (bit % height) * width + Math.floor(bit / height);
      data.data.set([200, 100, 3, 254 | ((byte >> (7 - i)) & 1)], 4 * pixel);
    }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(data, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  const file = new Uint8Array(await blob.arrayBuffer());
  expect(await hiddenText(columnsOf(blob, file)!)).toBe(words);
  expect(columnsOf(blob, file.subarray(0, 30))).toBeNull();
  // Nor is such a bit anything that shows through.
  expect((await readPicture(new File([blob], 'a.png', { type: 'image/png' }))).remarks).toEqual([]);
  const jpeg = await canvas.convertToBlob({ type: 'image/jpeg' });
  expect(columnsOf(jpeg, new Uint8Array(await jpeg.arrayBuffer()))).toBeNull();
});
