/** Files of torch.save: the tensors that are in them, and what is refused. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { modelsAmong } from '../../src/engine/files/models-among';
import { blobsOf, mapFiles } from '../../src/weights/store/layout';
import { readHeader } from '../../src/weights/safetensors';
import { goldenBytes, goldenJson, present } from './root';

interface Case {
  readonly file: string;
  readonly tensors?: readonly { name: string; dtype: string; shape: readonly number[]; sha256: string }[];
  readonly code?: string;
  readonly name?: string | null;
}

const list = 'torch/case.json';
const { files } = (present(list) ? goldenJson(list) : { files: [] }) as { files: readonly Case[] };
const sound = files.filter(({ tensors }) => tensors !== undefined);
const refused = files.filter(({ tensors }) => tensors === undefined);

const gathered = async (file: string) => {
  const blob = new Blob([goldenBytes(`torch/${file}`)]);
  return modelsAmong([{ path: file, blob }], (one) => one.blob);
};

it.each(sound)('$file becomes a safetensors file of the same tensors', async ({ file, tensors = [] }) => {
  const { models } = await gathered(file);
  expect(models).toHaveLength(1);
  const { name, layout, bytes } = models[0]!;
  expect(name).toBe(file.replace(/\.\w+$/, '.safetensors'));
  const whole = new Blob(blobsOf(mapFiles(layout, ({ blob }) => blob)));
  expect(whole.size).toBe(bytes);
  const header = await readHeader(whole);
  const found = await Promise.all(
    [...header.tensors.values()].map(async ({ name, dtype, shape, begin, end }) => {
      const data = new Uint8Array(await whole.slice(begin, end).arrayBuffer());
      return { name, dtype, shape, sha256: createHash('sha256').update(data).digest('hex') };
    }),
  );
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  expect(found.sort(byName)).toEqual([...tensors].sort(byName));
});

it.each(refused)('$file is refused: $code $name', async ({ file, code, name }) => {
  const { models, refused } = await gathered(file);
  const problem =
    refused[0]?.problem ??
    (await readHeader(models[0]!.layout.ranges[0]!.file.blob).catch((error: unknown) => error));
  expect(problem).toMatchObject(name ? { code, facts: { name } } : { code });
});
