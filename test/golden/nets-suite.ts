/** The nets against PyTorch, the same proof for every backend. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph';
import { detect, unusedKeys } from '../../src/nets/detect';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../../src/nets/graphs';
import type { Model } from '../../src/nets/model';
import { timestepEmbedding } from '../../src/nets/unet';
import type { Machine } from '../../src/runtime/device';
import type { Value } from '../../src/runtime/session';
import { readHeader, type Header } from '../../src/weights/safetensors';
import { memorySource, type ByteSource } from '../../src/weights/source';
import { parseTensors, worstDifference, type Tensor } from './tensors';

/** Golden files, wherever the tests run. */
export interface Golden {
  /** The bytes of a file, unpacked. */
  readonly read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** Names of a model's cases. */
  readonly casesOf: (model: string) => readonly string[];
}

interface UNetCase {
  readonly timesteps: readonly number[];
  /** Shapes of what is expected. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

/**
 * Relative to the largest magnitude. In f32 only the order of arithmetic differs, as files of any dtype are exact once
 * read; in f16 ONNX Runtime also accumulates in f16 (1.3e-2 was the worst measured).
 */
const TOLERANCE = { f32: 1e-3, f16: 3e-2 };

export function describeNets(
  backend: string,
  findMachine: () => Promise<Machine>,
  { read, casesOf }: Golden,
  models: readonly string[],
): void {
  let machine: Machine;
  beforeAll(async () => {
    machine = await findMachine();
  });

  for (const name of models) {
    describe(`${name} on ${backend}`, () => {
      const at = `models/${name}`;
      let header: Header;
      let model: Model;
      let source: ByteSource;
      const expected = async (test: string): Promise<(tensor: string) => Tensor> => {
        const tensors = parseTensors((await read(`${at}/cases/${test}/expected.safetensors`)).buffer);
        return (tensor) => tensors.get(tensor)!; // a missing one fails the test by itself
      };
      const cases = (kind: RegExp): string[] => casesOf(name).filter((test) => kind.test(test));
      /** Opens the graph once and runs it on each set of values. */
      const run = async (graph: Graph, ...runs: Record<string, Value>[]): Promise<Float32Array[]> => {
        const net = await machine.sessions.open(
          graph,
          { tensors: header.tensors, source },
          machine.openDevice,
        );
        const outputs: Float32Array[] = [];
        for (const values of runs) outputs.push(await net.run(values));
        await net.release();
        return outputs;
      };
      const compare = (what: string, actual: Float32Array | undefined, reference: Tensor): void => {
        const worst = worstDifference(actual ?? [], reference.data);
        console.info(`${backend} ${name} ${what}: worst relative difference ${worst.toExponential(1)}`);
        expect(worst).toBeLessThan(TOLERANCE[machine.target().dtype]);
      };

      beforeAll(async () => {
        const file = await read(`${at}/model.safetensors`);
        header = await readHeader(new Blob([file]));
        model = detect(header);
        source = memorySource(file);
      });

      it('uses every key of its nets', () => {
        const used = new Set<string>();
        const checkpoint = { model, tensors: header.tensors };
        const size = { batch: 1, h: 8, w: 8 };
        for (const encoder of model.texts.keys())
          textGraph(checkpoint, machine.target(), { batch: 1, encoder }, used);
        for (const author of [unetGraph, decoderGraph, encoderGraph]) {
          author(checkpoint, machine.target(), size, used);
        }
        expect(unusedKeys(model, header.tensors.keys(), used)).toEqual([]);
      });

      it.each(cases(/^unet/))('predicts noise as diffusers does (%s)', async (test) => {
        const facts = new TextDecoder().decode(await read(`${at}/cases/${test}/case.json`));
        const { timesteps, tensors } = JSON.parse(facts) as UNetCase;
        const tensor = await expected(test);
        // Where a case has no context of its own, it is that of the first.
        const first = 'encoder_hidden_states' in tensors ? tensor : await expected('unet');
        const context = first('encoder_hidden_states');
        const latents = tensor('sample');
        const [batch, , h, w] = latents.shape as [number, number, number, number];
        const size = { batch, h, w, tokens: context.shape[1]! };
        const graph = unetGraph({ model, tensors: header.tensors }, machine.target(), size);
        const runs = timesteps.map((t) => ({
          latents,
          timestep: embeddings(t, batch, model.unet.modelChannels),
          context,
          ...(model.unet.labelWidth && { label: label(tensor, model.unet.labelWidth) }),
        }));
        const outputs = await run(graph, ...runs);
        for (const [i, t] of timesteps.entries()) compare(`${test} t=${t}`, outputs[i], tensor(`out.t${t}`));
      });

      it.each(cases(/^text/))('encodes text as transformers does (%s)', async (test) => {
        const tensor = await expected(test);
        const ids = tensor('input_ids');
        const [batch, length] = ids.shape as [number, number];
        const encoder = test === 'text2' ? 1 : 0;
        const { eos, width, pooled } = model.texts[encoder]!; // a missing one fails the test by itself
        const graph = textGraph({ model, tensors: header.tensors }, machine.target(), { batch, encoder });
        const end = Float32Array.from(ids.data, (id, i) =>
          Number(id === eos && ids.data.indexOf(eos, i - (i % length)) === i),
        );
        const [encoded = new Float32Array()] = await run(graph, {
          ids,
          ...(pooled && { end: { data: end, shape: ids.shape } }),
        });
        const each = encoded.length / batch;
        const part = (from: number, to: number): Float32Array =>
          Float32Array.from(encoded.filter((_, i) => i % each >= from && i % each < to));
        const hidden = model.texts.length === 2 ? 'hidden_minus_2' : 'last_hidden_state';
        compare(test, part(0, length * width), tensor(hidden));
        if (pooled) compare(`${test} pooled`, part(length * width, each), tensor('pooled_projected'));
      });

      it.each(cases(/^vae/))('decodes and encodes pictures as diffusers does (%s)', async (test) => {
        const tensor = await expected(test);
        const latents = tensor('z');
        const [batch, , h, w] = latents.shape as [number, number, number, number];
        const checkpoint = { model, tensors: header.tensors };
        const decoder = decoderGraph(checkpoint, machine.target(), { batch, h, w });
        const [decoded] = await run(decoder, { latents });
        compare(`${test} decode`, decoded, tensor('decoded'));

        const encoder = encoderGraph(checkpoint, machine.target(), { batch, h, w });
        const [moments = new Float32Array()] = await run(encoder, { image: tensor('image') });
        const logvar = moments.slice(moments.length / 2).map((x) => Math.min(20, Math.max(-30, x)));
        compare(`${test} encode mean`, moments.slice(0, moments.length / 2), tensor('mean'));
        compare(`${test} encode log-variance`, logvar, tensor('logvar'));
      });
    });
  }
}

/** The embedding of one timestep for every member of a batch. */
export function embeddings(t: number, batch: number, width: number): Value {
  const one = timestepEmbedding(t, width);
  const data = new Float32Array(batch * width);
  for (let i = 0; i < batch; i++) data.set(one, i * width);
  return { data, shape: [batch, width] };
}

/** What SDXL is told beside the context: the prompt as a whole, then six numbers, each embedded. */
function label(tensor: (name: string) => Tensor, width: number): Value {
  const whole = tensor('text_embeds');
  const sizes = tensor('time_ids');
  const [batch, own] = whole.shape as [number, number];
  const count = sizes.data.length / batch;
  const data = new Float32Array(batch * width);
  for (let n = 0; n < batch; n++) {
    data.set(whole.data.subarray(n * own, (n + 1) * own), n * width);
    for (let i = 0; i < count; i++) {
      const embedding = timestepEmbedding(sizes.data[n * count + i]!, (width - own) / count);
      data.set(embedding, n * width + own + i * embedding.length);
    }
  }
  return { data, shape: [batch, width] };
}

/** Packed files end in .gzip: servers send .gz with a Content-Encoding, and the browser would unpack it unasked. */
export async function unzipped(gz: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([gz]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
