/** The bundled checkpoint's own reference numbers, from PyTorch. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../../src/nets/graphs';
import { inspect, type Inspected } from '../../src/pipeline/files/inspect';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { tokensOf } from '../tokens';
import { embeddings } from './net-cases';
import { bundled } from './drawing';
import { goldenTensors, present } from './root';
import { tuned } from './runtime';
import { inFloats, worstDifference, type Tensor } from './tensors';

const machine = wasmMachine(new Sessions(tuned));
const reference = 'mini-sd/parity.safetensors';
let tensor: (name: string) => Tensor;
let inspected: Inspected;
let weights: Weights;

beforeAll(async () => {
  tensor = goldenTensors(reference);
  const file = await bundled('mini-sd.safetensors');
  const header = await headerOf(file);
  inspected = inspect(header);
  weights = { tensors: inspected.tensors, source: memorySource(file) };
});

async function compare(
  what: string,
  graph: Graph,
  values: Record<string, Value>,
  reference: Tensor[],
): Promise<void> {
  const net = await machine.sessions.open(graph, weights, machine.openDevice);
  const output = await net.run(values);
  await net.release();
  let at = 0;
  for (const { data } of reference) {
    const worst = worstDifference(output.slice(at, (at += data.length)), data);
    console.info(`mini-sd ${what}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-3);
  }
  expect(at).toBe(output.length);
}

describe.runIf(present(reference))('the bundled checkpoint', () => {
  const checkpoint = (): Parameters<typeof textGraph>[0] => ({
    model: inspected.model,
    tensors: weights.tensors,
  });

  it('is a miniature that uses all its weights', () => {
    expect(inspected).toMatchObject({ unused: [], model: { miniature: true, vae: { factor: 8 } } });
    expect(inspected.model.examples).toContain('red apple');
  });

  it('encodes text', async () => {
    const tokens = await tokensOf(tensor('token_ids'), inspected.model.texts[0], weights);
    await compare('text', textGraph(checkpoint(), machine.target(), { batch: 3, encoder: 0 }), { tokens }, [
      tensor('text_out'),
    ]);
  });

  it('predicts noise', async () => {
    const latents = inFloats(tensor('unet_x'));
    const t = tensor('unet_t').data[0]!;
    const graph = unetGraph(checkpoint(), machine.target(), { batch: 1, h: 12, w: 12 });
    const timestep = embeddings(t, 1, inspected.model.denoiser.modelChannels);
    const context = { ...inFloats(tensor('unet_context')), shape: [1, 77, 128] };
    await compare('UNet', graph, { latents, timestep, context }, [tensor('unet_eps')]);
  });

  it('decodes and encodes pictures', async () => {
    const size = { batch: 1, h: 12, w: 12 };
    const decoder = decoderGraph(checkpoint(), machine.target(), size);
    const latents = inFloats(tensor('vae_decode_in'));
    await compare('decode', decoder, { latents }, [tensor('vae_decode_out')]);
    const encoder = encoderGraph(checkpoint(), machine.target(), size);
    const image = inFloats(tensor('vae_image'));
    await compare('encode', encoder, { image }, [tensor('vae_mean'), tensor('vae_logvar')]);
  });
});
