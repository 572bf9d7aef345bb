/**
 * Files of torch.save before PyTorch 1.6, as most of the older upscalers are: pickles one after another (a mark, a version,
 * the machine, what was saved, the order of the storages), then the numbers, each storage's behind their count.
 */
import { isList } from '../../objects';
import { DrobeError } from '../../errors';
import { MOST_PICKLE, unpickle } from './pickle';
import { byteLength, type Slices } from '../safetensors';
import type { Numbers, Saved } from './saved';
import { beginsAsOldTorch, OLD_TORCH } from '../sniff';
import { viewOf } from './zip';

const VERSION = 1001;

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });

/** Whether a file is one of torch.save before version 1.6, which is no ZIP. */
export async function isOldTorch(file: Slices): Promise<boolean> {
  const head = await viewOf(file, 0, Math.min(OLD_TORCH.length, file.size));
  return beginsAsOldTorch(new Uint8Array(head.buffer));
}

/** @throws DrobeError 'bad-pickle' and 'pickle-asks' */
export async function readOldTorch(file: Slices): Promise<Saved> {
  const head = await viewOf(file, 0, Math.min(MOST_PICKLE, file.size));
  let at = OLD_TORCH.length;
  const next = () => {
    const read = unpickle(new Uint8Array(head.buffer), at);
    at = read.end;
    return read;
  };
  const version = next().value;
  if (version !== VERSION) throw bad('its version is unknown');
  const machine = next().value;
  if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
    throw bad('its numbers have their highest byte first');
  }
  const { value, storages } = next();
  const order = next().value;
  if (!isList(order) || order.length > storages.size) throw bad('its numbers are in no order');

  const found = new Map<unknown, Numbers>();
  for (const key of order) {
    const storage = storages.get(key);
    if (!storage || found.has(key)) throw bad('its numbers are in no order');
    const count = (await viewOf(file, at, at + 8)).getBigUint64(0, true);
    if (count !== BigInt(storage.count)) throw bad('it has other numbers than it says');
    const bytes = Number(byteLength({ name: storage.key, dtype: storage.dtype, shape: [storage.count] }));
    found.set(key, { begin: at + 8, bytes });
    at += 8 + bytes;
  }
  if (at > file.size) throw new DrobeError('file-truncated', { expectedBytes: at, actualBytes: file.size });
  return {
    value,
    numbersOf({ key }) {
      const numbers = found.get(key);
      return numbers ? Promise.resolve(numbers) : Promise.reject(bad('numbers are missing'));
    },
  };
}
