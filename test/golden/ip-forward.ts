/** One run of a UNet that is told of pictures by an IP-Adapter. */
import { expect } from 'vitest';
import { build, input, sizeOf, type Var } from '../../src/graph/graph';
import { concat, linear, reshape } from '../../src/graph/nn';
import { scope } from '../../src/graph/scope';
import { recognise } from '../../src/nets/detect/detect';
import { unetGraph } from '../../src/nets/graphs';
import { fitsUNet, imageParts } from '../../src/nets/ip-adapter';
import { inNormalForm } from '../../src/nets/names/normal-form';
import { timestepEmbedding } from '../../src/nets/unet';
import type { KeptValue, Value } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { machine, openAdapter, run } from './ip-case';
import { goldenBytes, type goldenTensors } from './root';
import { inFloats } from './tensors';

export interface Forward {
  readonly timestep: number;
  /** Gives `sample` and `encoder_hidden_states`. */
  readonly tensor: ReturnType<typeof goldenTensors>;
  /** The tokens of each picture, [batch, tokens, width]. */
  readonly pictures: readonly Value[];
  readonly shares: Record<string, Value>;
}

/** What the model that an adapter was made for predicts. @param name of the adapter. */
export async function forward(
  name: string,
  { timestep, tensor, pictures, shares }: Forward,
): Promise<Float32Array> {
  const { adapter, base } = await openAdapter(name);
  const file = goldenBytes(base);
  const header = await headerOf(file);
  const form = inNormalForm(header.tensors);
  const { model } = recognise(header, form);
  const target = machine.target();
  const unet = scope(form.tensors, target)('unet');
  expect(fitsUNet(adapter.tensors, unet)).toBe(true);

  const [latents, context] = [inFloats(tensor('sample')), inFloats(tensor('encoder_hidden_states'))];
  const [batch, , h, w] = latents.shape as [number, number, number, number];
  const kept: Record<string, KeptValue> = {};
  for (const [n, picture] of pictures.entries()) {
    const [, tokens, width] = picture.shape as [number, number, number];
    expect(width).toBe(model.denoiser.contextWidth);
    const parts = await keysOf(adapter, picture);
    let from = 0;
    for (const { name: part, channels } of imageParts(unet, n)) {
      const each = batch * tokens * channels;
      kept[part] = { parts: [parts.subarray(from, from + each)], shape: [batch, tokens, channels] };
      from += each;
    }
    expect(from).toBe(parts.length);
  }
  const time = timestepEmbedding(timestep, model.denoiser.modelChannels);
  const steps = Float32Array.from({ length: batch * time.length }, (_, i) => time[i % time.length]!);
  const graph = unetGraph({ model, tensors: form.tensors }, target, {
    ...{ batch, h, w, tokens: context.shape[1]!, pictures: pictures.map(({ shape }) => shape[1]!) }, // see above
  });
  const values = { latents, context, timestep: { data: steps, shape: [batch, time.length] }, ...shares };
  return run(graph, { tensors: form.tensors, source: memorySource(file) }, values, kept);
}

/** Keys and values of all attentions, one after the other, of tokens [batch, tokens, width]. */
function keysOf(adapter: Weights, tokens: Value): Promise<Float32Array> {
  const target = machine.target();
  const given = input('tokens', tokens.shape, target);
  const parts = scope(
    adapter.tensors,
    target,
  )('ip_adapter')
    .children()
    .flatMap((p) => [linear(given, p('to_k_ip')), linear(given, p('to_v_ip'))])
    .map((part) => reshape(part, sizeOf(part.shape)));
  return run(build({ parts: concat(0, ...(parts as [Var, ...Var[]])) }), adapter, { tokens });
}
