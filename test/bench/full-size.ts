/** Checkpoints of full size: the true names and shapes, seeded weights with which numbers neither vanish nor overflow. */
import { open } from 'node:fs/promises';
import { TorchGenerator } from '../../src/sampling/random';
import { f32ToF16 } from '../../src/weights/half';
import {
  stableDiffusion15,
  stableDiffusion2,
  stableDiffusionXL,
  type Shapes,
} from '../unit/nets/stable-diffusion';

export const sizes = { sd1: stableDiffusion15, sd2: stableDiffusion2, sdxl: stableDiffusionXL };
/** The one that was asked for: SIZE. */
export const size = (process.env.SIZE ?? 'sd1') as keyof typeof sizes;

/** Few enough to be quick, and a prime, so that no row of a matrix repeats the one before. */
const POOL = 65_537;
/** How much further into the pool each tensor begins than the one before, so that no two are alike. */
const STRIDE = 4_099;

/** Writes it in half precision and gives its size in bytes. */
export async function writeCheckpoint(path: string, shapes: Shapes): Promise<number> {
  const normals = new TorchGenerator(0).randn(POOL);
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
      const values = f32ToF16(valuesOf(name, shape, rotated(normals, i * STRIDE)));
      await file.writeFile(Buffer.alloc(2 * elements(shape), Buffer.from(values.buffer)));
    }
  } finally {
    await file.close();
  }
  return 8 + json.length + end;
}

const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * Around noughts for biases and ones for norms; a matrix keeps the size of what goes through it (LeCun's initialisation).
 * @param normals numbers of the standard normal distribution, repeated when they are used up.
 */
function valuesOf(name: string, shape: readonly number[], normals: Float32Array): Float32Array {
  if (name.endsWith('bias')) return normals.map((normal) => 0.1 * normal);
  if (shape.length <= 1) return normals.map((normal) => 1 + 0.1 * normal);
  const scale = 1 / Math.sqrt(elements(shape.slice(1)));
  return normals.map((normal) => normal * scale);
}

function rotated(values: Float32Array, by: number): Float32Array {
  const at = by % values.length;
  const turned = new Float32Array(values.length);
  turned.set(values.subarray(at));
  turned.set(values.subarray(0, at), values.length - at);
  return turned;
}
