import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { png } from '../../../../src/ui/files/png';

const rgba = Uint8ClampedArray.from({ length: 5 * 3 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));

async function written(parameters: string) {
  const blob = await png({ width: 5, height: 3, rgba }, new Map([['parameters', parameters]]));
  expect(blob.type).toBe('image/png');
  return Buffer.from(await blob.arrayBuffer());
}

test('another decoder reads exactly the pixels that were written', async () => {
  const { width, height, data } = PNG.sync.read(await written('words'));
  expect([width, height]).toEqual([5, 3]);
  expect([...data]).toEqual([...rgba]);
});

test('texts stand in the file as text, as UTF-8 where they must', async () => {
  expect((await written('a cat\nSteps: 20')).includes('tEXtparameters\0a cat\nSteps: 20')).toBe(true);
  expect((await written('drobė 🎨')).includes(Buffer.from('iTXtparameters\0\0\0\0\0drobė 🎨'))).toBe(true);
});
