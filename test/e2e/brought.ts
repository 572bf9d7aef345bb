import { PNG } from 'pngjs';
import { pngTextChunk } from '../../src/recipe/picture/png';

/** A picture of one colour, as A1111 would have written it. */
export function brought(colour: number, recipe: string): Buffer {
  const picture = new PNG({ width: 48, height: 32 });
  for (let i = 0; i < picture.data.length; i += 4) picture.data.set([colour, 90, 255 - colour, 255], i);
  const bytes = PNG.sync.write(picture);
  const header = 8 + 25; // the signature and IHDR
  return Buffer.concat([
    bytes.subarray(0, header),
    pngTextChunk('parameters', recipe),
    bytes.subarray(header),
  ]);
}
