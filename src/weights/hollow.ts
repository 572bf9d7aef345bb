/** Files of full length of which the end never came: some programs keep room for a download, and leave it so. */
import { DrobeError } from '../errors';
import type { Header, Slices } from './safetensors';

/** Bytes: more noughts than trained weights end in. */
const HOLLOW = 2 ** 20;
/** So few tell nearly always that there are numbers. */
const GLANCE = 2 ** 12;

/**
 * Files of which no number came are let pass: they are made for tests.
 * @throws DrobeError 'file-is-hollow' for a file that begins with numbers and whose last megabyte is nothing but noughts.
 */
export async function mustNotBeHollow(file: Slices, { tensors, bytes }: Header): Promise<void> {
  const [first] = tensors.values();
  if (!first || bytes - first.begin < 2 * HOLLOW) return;
  const isZero = async (from: number, length: number): Promise<boolean> => {
    const part = new Uint8Array(await file.slice(from, from + length).arrayBuffer());
    return part.every((byte) => byte === 0);
  };
  for (const length of [GLANCE, HOLLOW]) if (!(await isZero(bytes - length, length))) return;
  if (await isZero(first.begin, HOLLOW)) return;
  throw new DrobeError('file-is-hollow', { zeroBytes: HOLLOW });
}
