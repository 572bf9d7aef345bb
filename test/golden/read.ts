import { readFileSync } from 'node:fs';
import { parseTensors, type Tensor } from './tensors.ts';

export type { Tensor };

/** Reference numbers from a file, in Node. */
export function readTensors(path: string | URL): Map<string, Tensor> {
  return parseTensors(Uint8Array.from(readFileSync(path)).buffer);
}
