/** LoRAs of every layout against diffusers: the merged text encoder, and every step of a picture. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../../src/nets/detect';
import { guided, textGuidance, type RunUNet } from '../../src/pipeline/denoise';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { patchesOf, type Lora } from '../../src/pipeline/lora';
import { fromNoise } from '../../src/pipeline/start';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { toVp } from '../../src/sampling/latent';
import { samplers } from '../../src/sampling/samplers';
import { alphasCumprod, plan } from '../../src/sampling/schedules';
import { readHeader, type Header } from '../../src/weights/safetensors';
import { memorySource, type ByteSource } from '../../src/weights/source';
import { unzipped } from './nets-suite';
import { readTensors } from './read';
import { worstDifference } from './tensors';

ort.env.wasm.numThreads = 1;

const data = new URL('data/', import.meta.url);
const bytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await readFile(new URL(path, data)));

let model: { readonly header: Header; readonly source: ByteSource };
beforeAll(async () => {
  const file = await unzipped(await bytes('models/sd1/model.safetensors.gzip'));
  model = { header: await readHeader(new Blob([file])), source: memorySource(file) };
});

async function loraOf(name: string, weight: number): Promise<Lora> {
  const file = await bytes(`lora/${name}/${name}.safetensors`);
  const header = await readHeader(new Blob([file]));
  return { name, header, source: memorySource(file), unet: weight, text: weight };
}

describe.each(['kohya', 'peft', 'diffusers_old', 'locon'])('a LoRA in the layout of %s', (name) => {
  const expected = readTensors(new URL(`lora/${name}/expected.safetensors`, data));
  const tensor = (key: string) => expected.get(key)!; // a missing one fails the test by itself

  it('finds a place for each of its modules, and is merged as diffusers merges it', async () => {
    const { modules } = JSON.parse(await readFile(new URL(`lora/${name}/case.json`, data), 'utf8')) as {
      modules: number;
    };
    const facts = detect(model.header);
    const { tensors } = model.header;
    const loras = [await loraOf(name, 0.7)];
    expect(patchesOf(facts, tensors, loras).size).toBe(modules);

    const machine = wasmMachine(new Sessions(ort));
    const checkpoint = new Checkpoint(facts, { tensors, source: model.source }, machine);
    await checkpoint.useLoras(name, () => Promise.resolve(loras));
    const ids = Int32Array.from(tensor('input_ids').data);
    const [prompt, negative] = await checkpoint.encode([ids], 2, () => undefined);
    const both = [...prompt!.context, ...negative!.context]; // two prompts were asked for
    const text = worstDifference(both, tensor('text_last_hidden_state').data);
    expect(text).toBeLessThan(1e-4);

    // Four steps of DDIM, as diffusers made them.
    const init = tensor('init_latents').data as Float32Array<ArrayBuffer>;
    const [, , h, w] = tensor('init_latents').shape as [number, number, number, number];
    const start = fromNoise(plan('DDIM', 4, 'leading', alphasCumprod(facts.betas)), () => init);
    const questions = textGuidance(prompt!, negative!, 5);
    const run: RunUNet = (values) => checkpoint.predict(values, () => undefined);
    const denoise = guided(run, facts.unet, 'epsilon', questions, { h, w });
    const steps = samplers.DDIM(denoise, start.x, start.plan, () => init);
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
