/** TAESD's decoder against diffusers, in both layouts; and whole pictures that it finishes. */
import { expect, it } from 'vitest';
import { build, input } from '../../src/graph/graph';
import { scope } from '../../src/graph/scope';
import { taesdEncoder, taesdGraph } from '../../src/nets/taesd';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { jobOf, type PipelineCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, present } from './root';
import { tuned } from './runtime';
import { inFloats, worstDifference } from './tensors';

const files = [
  ['taesd_decoder', ''],
  ['taesd_decoder', 'taesd_decoder.'], // as ComfyUI saves it
  ['diffusion_pytorch_model', ''],
].map(([name, at = '']) => [`models/taesd/${name}.safetensors`, at] as const);

it.each(files.filter(([file]) => present(file)))(
  'decodes latents as diffusers does (%s %s)',
  async (path, at) => {
    const tensor = goldenTensors('models/taesd/expected.safetensors');
    const file = goldenBytes(path);
    const header = await headerOf(file);
    const tensors = new Map([...header.tensors].map(([name, info]) => [at + name, info]));
    const machine = wasmMachine(new Sessions(tuned));
    const latents = inFloats(tensor('z'));
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const net = await machine.sessions.open(
      taesdGraph(tensors, machine.target(), { batch, h, w }),
      { tensors, source: memorySource(file) },
      machine.openDevice,
    );
    const worst = worstDifference(await net.run({ latents }), tensor('decoded').data);
    await net.release();
    console.info(`${path}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-4);
  },
);

const whole = 'models/taesd/diffusion_pytorch_model.safetensors';

it.runIf(present(whole))('encodes pictures as diffusers does', async () => {
  const tensor = goldenTensors('models/taesd/expected.safetensors');
  const file = goldenBytes(whole);
  const { tensors } = await headerOf(file);
  const machine = wasmMachine(new Sessions(tuned));
  const image = inFloats(tensor('image'));
  const p = scope(tensors, machine.target())('encoder.layers');
  const net = await machine.sessions.open(
    build({ latents: taesdEncoder(input('image', image.shape, machine.target()), p) }),
    { tensors, source: memorySource(file) },
    machine.openDevice,
  );
  const worst = worstDifference(await net.run({ image }), tensor('latents').data);
  await net.release();
  console.info(`TAESD's encoder: worst relative difference ${worst.toExponential(1)}`);
  expect(worst).toBeLessThan(1e-4);
});

// The picture by TAESD is ours, of these latents.
const at = 'models/sd1/cases/txt2img_ddim';
const byTaesd = 'models/taesd/sd1_txt2img_ddim.png';

it.runIf(present(byTaesd, at))(
  'finishes a picture where the job says so, as torch does from the same latents',
  async () => {
    const tokenizer = await servedTokenizer();
    const job = jobOf(goldenJson(`${at}/case.json`) as PipelineCase);
    const checkpoint = await openCheckpoint(modelBytes('sd1'));
    const file = goldenBytes('models/taesd/taesd_decoder.safetensors');
    const { tensors } = await headerOf(file);
    await checkpoint.useTaesd('small', () => Promise.resolve({ tensors, source: memorySource(file) }));

    const small = await draw(checkpoint, tokenizer, { ...job, decoder: 'TAESD' });
    expectSame('sd1 by TAESD', small.picture, goldenBytes(byTaesd));
    expect(small.picture.job.decoder).toBe('TAESD');
    const full = await draw(checkpoint, tokenizer, job);
    expectSame('sd1 by its VAE', full.picture, goldenBytes(`${at}/expected.png`));

    // Without one the VAE does it, and the picture says so.
    await checkpoint.useTaesd('', () => Promise.reject(new Error('never asked')));
    const without = await draw(checkpoint, tokenizer, { ...job, decoder: 'TAESD' });
    expectSame('sd1 by its VAE again', without.picture, goldenBytes(`${at}/expected.png`));
    expect(without.picture.job.decoder).toBeUndefined();
  },
);
