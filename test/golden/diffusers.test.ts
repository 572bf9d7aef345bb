/** Models in diffusers' folder layout draw what diffusers draws, on the wasm backend. */
import { beforeAll, describe, expect, it } from 'vitest';
import { modelsAmong } from '../../src/engine/files/models-among';
import type { LocalFile } from '../../src/engine/api';
import { inspect } from '../../src/pipeline/files/inspect';
import { f16ToF32 } from '../../src/weights/values/half';
import { blobsOf, mapFiles } from '../../src/weights/store/layout';
import type { Tokenizer } from '../../src/text/windows';
import { headerOf, tensorsOf, written, type StoredTensor, type StoredTensors } from '../safetensors';
import { sd2Folder, sdxlFolder, type Folder } from './diffusers-folder';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { caseOf, onePicture } from './picture-cases';
import { jobOf } from './pipeline-case';
import { goldenBytes, goldenTensors, present } from './root';
import { worstDifference } from './tensors';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

const golden = async (path: string): Promise<StoredTensors> =>
  tensorsOf(goldenBytes(`models/${path}.safetensors`));

const local = (path: string, tensors: StoredTensors): LocalFile => ({
  file: new File([written(tensors)], path.slice(path.lastIndexOf('/') + 1)),
  path,
});

async function sd1Folder(): Promise<Folder> {
  const parts = ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model'];
  const files = parts.map(async (part) => [`${part}.safetensors`, await golden(`sd1/diffusers/${part}`)]);
  return Object.fromEntries(await Promise.all(files)) as Folder;
}

/** The folder with every file split in two, as large ones are, in the middle of a block. */
const sharded = (folder: Folder): Folder =>
  Object.fromEntries(
    Object.entries(folder).flatMap(([path, tensors]) => {
      const all = [...tensors];
      const half = Math.floor(all.length / 2);
      return [all.slice(0, half), all.slice(half)].map((some, i) => [
        path.replace('.safetensors', `-0000${i + 1}-of-00002.safetensors`),
        new Map(some),
      ]);
    }),
  );

const single = (folder: Promise<Folder>): Promise<Folder> =>
  folder.then((parts) =>
    Object.fromEntries(
      Object.entries(parts).map(([path, tensors]) => [
        path,
        new Map([...tensors].map(([name, tensor]) => [name, inSingle(tensor)] as const)),
      ]),
    ),
  );

/** Halves widened, as a folder in single precision has them. */
function inSingle({ dtype, shape, bytes }: StoredTensor) {
  if (dtype !== 'F16') return { dtype, shape, bytes };
  const wide = f16ToF32(new Uint16Array(bytes.slice().buffer));
  return { dtype: 'F32' as const, shape, bytes: new Uint8Array(wide.buffer) };
}

/** The one model of a folder, as an import makes it. */
async function gathered(folder: Folder): Promise<Uint8Array<ArrayBuffer>> {
  // Not in the order in which they are used.
  const files = Object.entries(folder).map(([path, tensors]) => local(`my model/${path}`, tensors));
  const { models: found, refused } = await modelsAmong(files.reverse(), ({ file }) => file);
  expect(refused).toEqual([]);
  expect(found.map(({ name }) => name)).toEqual(['my model.safetensors']);
  const whole = blobsOf(mapFiles(found[0]!.layout, (part) => part.file)); // there is one
  return new Uint8Array(await new Blob(whole).arrayBuffer());
}

describe.each<[string, string, () => Promise<Folder>]>([
  ['a folder of Stable Diffusion 1.x', 'sd1', sd1Folder],
  ['one in shards', 'sd1', async () => sharded(await sd1Folder())],
  ['one in single precision', 'sd1', () => single(sd1Folder())],
  ['a folder of Stable Diffusion 2.x', 'sd2-v', async () => sd2Folder(await golden('sd2-v/model'))],
  ['a folder of Stable Diffusion XL', 'sdxl', async () => sdxlFolder(await golden('sdxl/model'))],
  ['one in shards, too', 'sdxl', async () => sharded(sdxlFolder(await golden('sdxl/model')))],
])('%s', (what, model, make) => {
  if (model === 'sd1' && !present('models/sd1/diffusers')) return;

  it.each(onePicture(model))('draws what diffusers draws (%s)', async (at) => {
    const file = await gathered(await make());
    const { model: facts, unused } = inspect(await headerOf(file));
    const families: Record<string, string> = { sd1: '1.x', 'sd2-v': '2.x', sdxl: 'XL' };
    expect(facts.family).toBe(`Stable Diffusion ${families[model]}`);
    expect(unused).toEqual([]);

    const { picture } = await draw(await openCheckpoint(file), tokenizer, jobOf(caseOf(at)));
    expectSame(`${what}, ${at}`, picture, goldenBytes(`${at}/expected.png`));
  });
});

// SDXS has such a folder. The picture by TAESD is ours, of the latents of this case.
const at = 'models/sd1/cases/txt2img_ddim';
const byTaesd = 'models/taesd/sd1_txt2img_ddim.png';
const taesd = 'taesd/diffusion_pytorch_model';
const whole = present(`models/${taesd}.safetensors`, 'models/sd1/diffusers', byTaesd, at);

describe.runIf(whole)('a folder whose VAE is a TAESD', () => {
  let file: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    file = await gathered({
      ...(await sd1Folder()),
      'vae/diffusion_pytorch_model.safetensors': await golden(taesd),
    });
  });

  it('is drawn with it, as torch does', async () => {
    expect(inspect(await headerOf(file))).toMatchObject({
      unused: [],
      model: { vae: { factor: 8 } },
    });
    const { picture } = await draw(await openCheckpoint(file), tokenizer, jobOf(caseOf(at)));
    expectSame('a folder with a TAESD', picture, goldenBytes(byTaesd));
  });

  it('begins with a picture as it sees it, without any doubt', async () => {
    const tensor = goldenTensors('models/taesd/expected.safetensors');
    const checkpoint = await openCheckpoint(file);
    const { data, shape } = tensor('latents');
    const [, , h, w] = shape as [number, number, number, number];
    const moments = await checkpoint.moments(
      Float32Array.from(tensor('image').data),
      { h, w },
      () => undefined,
    );
    const { scale } = checkpoint.model.vae;
    const mean = moments.subarray(0, data.length).map((x) => x * scale);
    const worst = worstDifference(mean, data);
    console.info(`what a TAESD sees: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-4);
    expect(new Set(moments.subarray(data.length))).toEqual(new Set([-30]));
  });
});
