/** Files of torch.save since PyTorch 1.6: a zip of a pickle, and a file of numbers for each storage. */
import { mustGet } from '../../checked';
import { DrobeError } from '../../errors';
import { MOST_PICKLE, unpickle } from './pickle';
import type { Slices } from '../safetensors';
import type { Numbers, Saved } from './saved';
import { dataOf, readZip, viewOf, type ZipEntry } from './zip';

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });

/** @throws DrobeError 'bad-pickle' and 'pickle-asks' */
export async function readTorchZip(file: Slices): Promise<Saved> {
  const entries = await readZip(file);
  const folder = folderOf(entries);
  await checkByteOrder(file, entries.get(`${folder}byteorder`));
  const pickle = mustGet(entries, `${folder}data.pkl`); // it names the folder
  if (pickle.bytes > MOST_PICKLE) throw bad(`its pickle has ${pickle.bytes} bytes`);
  const begin = await dataOf(file, pickle);
  const view = await viewOf(file, begin, begin + pickle.bytes);
  const { value } = unpickle(new Uint8Array(view.buffer));
  const found = new Map<string, Promise<Numbers>>();
  return {
    value,
    numbersOf({ key }) {
      const numbers = found.get(key) ?? numbersIn(file, key, entries.get(`${folder}data/${key}`));
      found.set(key, numbers);
      return numbers;
    },
  };
}

/** The folder in which torch.save puts everything, with a slash at the end. */
function folderOf(entries: ReadonlyMap<string, ZipEntry>): string {
  const [pickle, ...more] = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined || more.length > 0) throw bad('it is a zip of another kind');
  return pickle.slice(0, -'data.pkl'.length);
}

/** Before torch 2.1 nothing said so, and all was little-endian. */
async function checkByteOrder(file: Slices, entry: ZipEntry | undefined): Promise<void> {
  if (!entry) return;
  const begin = await dataOf(file, entry);
  const view = await viewOf(file, begin, begin + Math.min(entry.bytes, 10));
  if (new TextDecoder().decode(view) !== 'little') throw bad('its numbers have their highest byte first');
}

async function numbersIn(file: Slices, key: string, entry: ZipEntry | undefined): Promise<Numbers> {
  if (!entry) throw bad(`the numbers "${key.slice(0, 100)}" are missing`);
  return { begin: await dataOf(file, entry), bytes: entry.bytes };
}
