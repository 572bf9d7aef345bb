/** TAESD's decoder against diffusers, in both layouts; and whole pictures that it finishes. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { taesdGraph } from '../../src/nets/taesd';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { bytes, data, draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { unzipped } from './nets-suite';
import { jobOf, type PipelineCase } from './pipeline-case';
import { readTensors } from './read';
import { worstDifference } from './tensors';

ort.env.wasm.numThreads = 1;

it.each(['taesd_decoder', 'diffusion_pytorch_model'])(
  'decodes latents as diffusers does (%s)',
  async (name) => {
    const expected = readTensors(new URL('models/taesd/expected.safetensors', data));
    const tensor = (key: string) => expected.get(key)!; // a missing one fails the test by itself
    const file = await unzipped(await bytes(`models/taesd/${name}.safetensors.gzip`));
    const { tensors } = await readHeader(new Blob([file]));
    const machine = wasmMachine(new Sessions(ort));
    const latents = tensor('z');
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const net = await machine.sessions.open(
      taesdGraph(tensors, machine.target(), { batch, h, w }),
      { tensors, source: memorySource(file) },
      machine.openDevice,
    );
    const worst = worstDifference(await net.run({ latents }), tensor('decoded').data);
    await net.release();
    console.info(`${name}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-4);
  },
);

it('finishes a picture where the job says so, as torch does from the same latents', async () => {
  const at = 'models/sd1/cases/txt2img_ddim';
  const tokenizer = await servedTokenizer();
  const job = jobOf(JSON.parse(await readFile(new URL(`${at}/case.json`, data), 'utf8')) as PipelineCase);
  const checkpoint = await openCheckpoint(await unzipped(await bytes('models/sd1/model.safetensors.gzip')));
  const file = await unzipped(await bytes('models/taesd/taesd_decoder.safetensors.gzip'));
  const { tensors } = await readHeader(new Blob([file]));
  await checkpoint.useTaesd('small', () => Promise.resolve({ tensors, source: memorySource(file) }));

  const small = await draw(checkpoint, tokenizer, { ...job, decoder: 'TAESD' });
  expectSame('sd1 by TAESD', small.picture, await bytes('models/taesd/sd1_txt2img_ddim.png'));
  expect(small.picture.job.decoder).toBe('TAESD');
  const full = await draw(checkpoint, tokenizer, job);
  expectSame('sd1 by its VAE', full.picture, await bytes(`${at}/expected.png`));

  // Without one the VAE does it, and the picture says so.
  await checkpoint.useTaesd('', () => Promise.reject(new Error('never asked')));
  const without = await draw(checkpoint, tokenizer, { ...job, decoder: 'TAESD' });
  expectSame('sd1 by its VAE again', without.picture, await bytes(`${at}/expected.png`));
  expect(without.picture.job.decoder).toBeUndefined();
});
