/** A stored checkpoint's bytes, compared with what was stored before they are relied on. */
import { damageTo } from './damage';
import { blobSource, type ByteSource } from '../source';
import type { Opened } from './store';
import { isNamed, strike, type Found } from './verify';

/** Reads pieces. @returns the numbers of damaged ones. Reports the size of each piece once it is read. */
export type Judge = (
  pieces: readonly Found[],
  onBytes: (bytes: number) => void,
) => Promise<ReadonlySet<number>>;

/**
 * @param sound names of the pieces that were found to be what they should: these are not read again.
 */
export function storedSource({ meta, parts, blobs }: Opened, judge: Judge, sound: Set<string>): ByteSource {
  if (!parts) return blobSource(blobs, meta.file);
  const source = blobSource(blobs);
  let end = 0;
  const pieces = parts.map((part, n) => {
    const begin = end;
    end += part.bytes;
    return { part, blob: blobs[n]!, begin, end }; // one for each part
  });

  return {
    ...source,
    async check(ranges, onBytes = () => undefined) {
      const doubted = pieces.filter(
        ({ part, begin, end }) =>
          isNamed(part) &&
          !sound.has(String(part.key[1])) &&
          ranges.some((range) => range.begin < end && begin < range.end),
      );
      if (doubted.length === 0) return;
      const totalBytes = doubted.reduce((sum, { part }) => sum + part.bytes, 0);
      let doneBytes = 0;
      const damaged = await judge(
        doubted.map(({ part, blob }) => ({ part, blob })),
        (bytes) => onBytes((doneBytes += bytes), totalBytes),
      );
      const lost = doubted.flatMap(({ part }, n) => (damaged.has(n) ? [part] : []));
      for (const { part } of doubted) if (!lost.includes(part)) sound.add(String(part.key[1]));
      if (lost.length === 0) return;
      await strike(lost);
      throw await damageTo({ meta, parts }, new Set(lost));
    },
  };
}
