/** Checkpoints of full size: the true names and shapes, weights by formula. */
import { open } from 'node:fs/promises';
import { f32ToF16 } from '../../src/weights/values/half';
import {
  stableDiffusion15,
  stableDiffusion2,
  stableDiffusionXL,
  type Shapes,
} from '../unit/nets/stable-diffusion';
import { clipsInside, stableDiffusion35Medium } from '../unit/nets/stable-diffusion-3';
import { elements, normals, poolOf } from './formula';

export const sizes = {
  sd1: stableDiffusion15,
  sd2: stableDiffusion2,
  sdxl: stableDiffusionXL,
  'sd3.5-medium': (): Shapes => new Map([...stableDiffusion35Medium(), ...clipsInside()]),
};
/** The one that was asked for: SIZE. */
export const size = (process.env.SIZE ?? 'sd1') as keyof typeof sizes;

/** Writes it in half precision and gives its size in bytes. */
export async function writeCheckpoint(path: string, shapes: Shapes): Promise<number> {
  const pool = normals();
  let end = 0;
  const entries = [...shapes].map(([name, { shape }]) => {
    const begin = end;
    end += 2 * elements(shape);
    return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = await open(path, 'w');
  try {
    await file.writeFile(Buffer.concat([length, json]));
    for (const [i, [name, { shape }]] of [...shapes].entries()) {
      const values = f32ToF16(poolOf(name, shape, i, pool));
      await file.writeFile(Buffer.alloc(2 * elements(shape), Buffer.from(values.buffer)));
    }
  } finally {
    await file.close();
  }
  return 8 + json.length + end;
}
