import cases from '../../golden/data/safetensors/cases.json';

export interface Case {
  readonly file: string;
  readonly what: string;
  readonly acceptable: readonly string[];
  readonly keys: readonly string[] | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly sniff: string | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The files that the reference library has judged. */
export const goldenFiles: readonly Case[] = cases.cases.map(({ base64, ...rest }) => ({
  ...rest,
  metadata: rest.metadata as Case['metadata'],
  bytes: Uint8Array.from(Buffer.from(base64, 'base64')),
}));

export const goldenFile = (name: string): Case => goldenFiles.find(({ file }) => file === name)!;

/** By tensor name, what torch reads out of ok_all_dtypes: integers in digits, floats by Python's repr. */
export const decoded: Readonly<Record<string, readonly string[]>> = cases.decoded;

/** A small generator of repeatable random numbers from 0 to 1: mulberry32. */
export function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
