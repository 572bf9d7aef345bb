/** LoRAs of every layout against diffusers: the merged text encoder, and every step of a picture. */
import { beforeAll, describe, expect, it } from 'vitest';
import { recognise } from '../../src/nets/detect/detect';
import { inNormalForm } from '../../src/nets/names/normal-form';
import type { RunDenoiser } from '../../src/pipeline/batch';
import { guided } from '../../src/pipeline/denoise';
import { textGuidance } from '../../src/pipeline/guidance';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { patchesOf, type Lora } from '../../src/pipeline/files/lora';
import { fromNoise } from '../../src/pipeline/start';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { toVp } from '../../src/sampling/latent';
import { plan } from '../../src/sampling/plan';
import { samplers } from '../../src/sampling/table';
import type { Header } from '../../src/weights/safetensors';
import { memorySource, type ByteSource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { modelBytes } from './models';
import { goldenBytes, goldenJson, goldenTensors, listCases } from './root';
import { tuned } from './runtime';
import { worstDifference } from './tensors';

interface Case {
  readonly lora_file: string;
  readonly scale: number;
  readonly modules: number;
  readonly call: { readonly num_inference_steps: number; readonly guidance_scale: number };
}

let model: { readonly header: Header; readonly source: ByteSource };
beforeAll(async () => {
  const file = modelBytes('sd1');
  model = { header: await headerOf(file), source: memorySource(file) };
});

async function loraOf(path: string, weight: number): Promise<Lora> {
  const file = goldenBytes(path);
  const header = await headerOf(file);
  return { name: path, header, source: memorySource(file), unet: weight, text: weight };
}

const cases = listCases('lora', (name) => !name.startsWith('textual_inversion'));

describe.each(cases)('a LoRA in the layout of %s', (name) => {
  const tensor = goldenTensors(`lora/${name}/expected.safetensors`);

  it('finds a place for each of its modules, and is merged as diffusers merges it', async () => {
    const { lora_file, scale, modules, call } = goldenJson(`lora/${name}/case.json`) as Case;
    const facts = recognise(model.header).model;
    const { tensors } = inNormalForm(model.header.tensors);
    const loras = [await loraOf(`lora/${name}/${lora_file}`, scale)];
    expect(patchesOf(facts, tensors, loras).size).toBe(modules);

    const machine = wasmMachine(new Sessions(tuned));
    const checkpoint = new Checkpoint(facts, { tensors, source: model.source }, machine);
    await checkpoint.useLoras(name, () => Promise.resolve(loras));
    const { eos, length } = facts.texts[0];
    const rows = [0, 1].map((n) => Array.from(tensor('input_ids').data.slice(n * length, (n + 1) * length)));
    const windows = rows.map((ids) => ({ ids: ids.slice(1, ids.indexOf(eos)), weights: [] }));
    const [prompt, negative] = await checkpoint.encode(windows, () => undefined);
    const both = [...prompt!.context, ...negative!.context]; // two prompts were asked for
    const text = worstDifference(both, tensor('text_last_hidden_state').data);
    expect(text).toBeLessThan(1e-4);

    // Steps of DDIM, as diffusers made them.
    const init = tensor('init_latents').data as Float32Array<ArrayBuffer>;
    const [, , h, w] = tensor('init_latents').shape as [number, number, number, number];
    const sampling = {
      sampler: 'DDIM',
      schedule: 'Automatic',
      spacing: 'leading',
      like: 'diffusers',
    } as const;
    const course = { steps: call.num_inference_steps, noise: facts.noise };
    const start = fromNoise(plan(sampling, course), init);
    const questions = textGuidance([{ encoding: prompt!, weight: 1 }], negative!, call.guidance_scale);
    const run: RunDenoiser = (values) => checkpoint.predict(values, () => undefined);
    const { timestep } = start.plan;
    const asking = {
      ...({ run, denoiser: facts.denoiser, prediction: 'epsilon', size: { h, w }, timestep } as const),
      noise: facts.noise,
    };
    const denoise = guided({ ...asking, questions: () => questions }, () => 0);
    const steps = samplers.DDIM.sample(denoise, start.x, start.plan, () => init);
    let state = await steps.next();
    while (!state.done) state = await steps.next();
    const final = toVp(state.value, start.plan.end);
    const picture = worstDifference(final, tensor('final_latents').data);
    const without = worstDifference(final, tensor('final_latents_without_lora').data);
    console.info(
      `${name}: ${modules} modules, text ${text.toExponential(1)}, latents ${picture.toExponential(1)} (without it ${without.toFixed(2)})`,
    );
    expect(picture).toBeLessThan(1e-4);
    expect(without).toBeGreaterThan(100 * picture);
  });
});
