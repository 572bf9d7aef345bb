/** Valid, malformed and foreign files: the verdicts of the reference library. */
import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../src/errors';
import { readHeader } from '../../src/weights/safetensors';
import { goldenBytes, goldenJson, present } from './root';

interface Case {
  readonly file: string;
  readonly what: string;
  readonly acceptable: readonly string[];
  readonly keys: readonly string[] | null;
  readonly metadata: Readonly<Record<string, string>> | null;
}

const list = 'safetensors/case.json';
const { files } = (present(list) ? goldenJson(list) : { files: [] }) as { files: readonly Case[] };

describe.each(files)('$file: $what', ({ file, acceptable, keys, metadata }) => {
  it('is judged as the library judges it', async () => {
    const result = await readHeader(new Blob([goldenBytes(`safetensors/${file}`)])).catch(
      (error: unknown) => {
        if (error instanceof DrobeError) return null;
        throw error;
      },
    );
    expect(acceptable).toContain(result ? 'ok' : 'error');
    if (!result) return;
    expect([...result.tensors.keys()].sort()).toEqual([...keys!].sort());
    expect(Object.fromEntries(result.metadata)).toEqual(metadata ?? {});
  });
});
