/** Files of full length of which the end never came: some programs keep room for a download, and leave it so. */
import { DrobeError } from '../errors';
import type { Header, Slices } from './safetensors';

/** Bytes: no trained checkpoint ends in so many noughts, nor a file in which so many are half of all. */
const HOLLOW = 2 ** 20;
/** So few tell nearly always that there are numbers. */
const GLANCE = 2 ** 12;

/** @throws DrobeError 'file-is-hollow' for a file whose last megabyte is nothing but noughts. */
export async function mustNotBeHollow(file: Slices, { tensors, bytes }: Header): Promise<void> {
  const [first] = tensors.values();
  if (!first || bytes - first.begin < 2 * HOLLOW) return;
  for (const size of [GLANCE, HOLLOW]) {
    const end = new Uint8Array(await file.slice(bytes - size, bytes).arrayBuffer());
    if (end.some((byte) => byte !== 0)) return;
  }
  throw new DrobeError('file-is-hollow', { zeroBytes: HOLLOW });
}
