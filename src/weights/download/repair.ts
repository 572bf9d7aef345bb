/** Fetches the damaged pieces of a downloaded model again from where it came, and nothing else. */
import { DrobeError } from '../../errors';
import { HELD_ELSEWHERE, checkQuota, takeLock, nameOf, readMany, transact } from '../db';
import { fetchPieces, type Ways } from './downloads';
import { bytesOf } from '../store/layout';
import type { Carrier } from './pull';
import { isCopy, isModel, isOrigin } from '../store/records';
import { lostOf } from '../store/verify';

/**
 * Reads all of a model, and fetches the pieces that are missing or damaged. A piece is kept only if it has the stored
 * SHA-256; pieces repaired before an error stay repaired.
 * @returns how many bytes were fetched.
 * @throws DrobeError 'model-gone', 'bad-request' where its origin is not known, 'quota', 'download-elsewhere',
 * 'repair-differs', and of `pull`.
 */
export async function repair(id: string, ways: Ways): Promise<number> {
  const unlock = await takeLock(id);
  if (unlock === HELD_ELSEWHERE) throw new DrobeError('download-elsewhere');
  try {
    const [meta, parts, origin] = await readMany<unknown>([
      ['meta', id],
      ['parts', id],
      ['origin', id],
    ]);
    if (!isModel(meta) || !isCopy(parts)) throw new DrobeError('model-gone', { model: id });
    if (!isOrigin(origin) || bytesOf(origin) !== meta.bytes) {
      throw new DrobeError('bad-request', { reason: 'nobody knows where this model came from' });
    }
    const reading = lostOf({ meta, parts }, ways.signal);
    let step = await reading.next();
    for (; !step.done; step = await reading.next()) ways.report({ stage: 'checking', ...step.value });
    const { lost } = step.value;

    let at = 0;
    const missing = parts.flatMap((part, n) => {
      const begin = at;
      at += part.bytes;
      return lost.has(part) ? [{ n, begin, end: at }] : [];
    });
    const neededBytes = missing.reduce((sum, { begin, end }) => sum + end - begin, 0);
    if (neededBytes === 0) return 0;
    await checkQuota(neededBytes, { fetched: 1 });
    const take: Carrier['take'] = async (pieces) => {
      const arrived = await Promise.all(
        pieces.map(async ({ n, bytes }) => ({ ...parts[n]!, name: await nameOf(bytes), bytes })), // asked for by number
      );
      const sound = arrived.filter(({ key, name }) => key[1] === name);
      await transact((store) => {
        for (const { key, bytes } of sound) store.put(new Blob([bytes]), [...key]);
      }, neededBytes);
      if (sound.length < arrived.length) throw new DrobeError('repair-differs', { file: meta.file });
    };
    await fetchPieces(origin, missing, ways, { doneBytes: 0, take, isProven: () => true });
    return neededBytes;
  } finally {
    unlock?.();
  }
}
