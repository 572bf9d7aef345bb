/** Checkpoints of full size: the true names and shapes, seeded weights with which numbers neither vanish nor overflow. */
import { open } from 'node:fs/promises';
import { TorchGenerator } from '../../src/sampling/random';
import { f32ToF16 } from '../../src/weights/half';
import type { Shapes } from '../unit/nets/stable-diffusion';

/** Few enough to be quick, and a prime, so that no row of a matrix repeats the one before. */
const POOL = 65_537;

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
      const values = f32ToF16(valuesOf(name, shape, turned(normals, i)));
      await file.writeFile(Buffer.alloc(2 * elements(shape), Buffer.from(values.buffer)));
    }
  } finally {
    await file.close();
  }
  return 8 + json.length + end;
}

const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Other numbers for each tensor, or the store would keep those of one shape once. */
const turned = (pool: Float32Array, by: number): Float32Array =>
  pool.map((_, i) => pool[(i + by * 31) % pool.length]!);

/** Norms are ones, biases noughts; a matrix keeps the size of what goes through it (LeCun's initialisation). */
function valuesOf(name: string, shape: readonly number[], normals: Float32Array): Float32Array {
  if (name.endsWith('bias')) return new Float32Array(1);
  if (shape.length === 1) return new Float32Array(1).fill(1);
  const scale = 1 / Math.sqrt(elements(shape.slice(1)));
  return normals.map((normal) => normal * scale);
}
