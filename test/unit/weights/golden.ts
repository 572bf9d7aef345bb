import { readFileSync } from 'node:fs';

export interface Case {
  readonly file: string;
  readonly what: string;
  readonly acceptable: readonly string[];
  readonly keys: readonly string[] | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly sniff: string | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const folder = new URL('../../golden/data/safetensors/', import.meta.url);
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

/** The files that the reference library has judged, named without their ending. */
export const goldenFiles = (json('case.json') as { files: Omit<Case, 'bytes'>[] }).files.map(
  ({ file, ...rest }): Case => ({
    ...rest,
    file: file.replace(/\.safetensors$/, ''),
    bytes: Uint8Array.from(readFileSync(new URL(file, folder))),
  }),
);

export const goldenFile = (name: string): Case => goldenFiles.find(({ file }) => file === name)!;

/** By tensor name, what torch reads out of ok_all_dtypes: integers in digits, floats by Python's repr. */
export const decoded = json('decoded_all_dtypes.json') as Readonly<Record<string, readonly string[]>>;

/** A small generator of repeatable random numbers from 0 to 1: mulberry32. */
export function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
