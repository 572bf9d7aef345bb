/** The nets of Stable Diffusion 3 against PyTorch: what is fed to them, and what they must give. */
import type { Graph, Target } from '../../src/graph/graph';
import { recognise } from '../../src/nets/detect/detect';
import { decoderGraph, encoderGraph, textGraph } from '../../src/nets/graphs';
import { mmditGraph, t5Graph } from '../../src/nets/mmdit-graphs';
import type { Model } from '../../src/nets/model';
import { inNormalForm } from '../../src/nets/names/normal-form';
import { T5_TABLE } from '../../src/nets/t5';
import { withLoans, type Loan } from '../../src/pipeline/files/loans';
import type { Machine } from '../../src/runtime/device';
import type { Value } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { rowsOf, tokensOf } from '../tokens';
import { answers, compared, embeddings, type Compared, type Golden } from './net-cases';
import { inFloats, parseTensors, type Tensor } from './tensors';

export interface MMDiTCase {
  readonly timesteps: readonly number[];
  /** Tokens of nothing but zeros that follow those that are stored. */
  readonly append_zero_tokens: number;
}

interface Stored {
  /** Shapes of what a case stores. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

/** What a case stores. */
export type Expected = (tensor: string) => Tensor;

/** The files that a model can be of: one with all in it, or one without text encoders and those beside it. */
export const LAYOUTS = [
  { file: 'model', beside: {} },
  { file: 'model_t5', beside: {} },
  { file: 'model_bare', beside: { text: 'clip_l', text2: 'clip_g' } },
] as const;

/** A model of one file, or of one and the text encoders that lie beside it. */
export class SD3Nets {
  readonly model: Model;
  readonly lacks: readonly string[];
  readonly weights: Weights;
  readonly target: Target;
  readonly #machine: Machine;

  private constructor(
    machine: Machine,
    model: Model,
    lacks: readonly string[],
    weights: Weights,
    target: Target,
  ) {
    this.#machine = machine;
    this.target = target;
    this.model = model;
    this.lacks = lacks;
    this.weights = weights;
  }

  /** @param beside files of single parts, by which they are. */
  static async open(
    machine: Machine,
    file: Uint8Array<ArrayBuffer>,
    beside: Readonly<Partial<Record<Loan['part'], Uint8Array<ArrayBuffer>>>> = {},
    target: Target = machine.target(),
  ): Promise<SD3Nets> {
    const header = await headerOf(file);
    const loans = await Promise.all(
      Object.entries(beside).map(async ([part, bytes]): Promise<Loan> => {
        const { tensors } = inNormalForm((await headerOf(bytes)).tensors);
        // Alone in a file, any CLIP is the first.
        const from = [...tensors.keys()][0]!.startsWith('text.') ? 'text' : (part as Loan['part']);
        return { tensors, source: memorySource(bytes), from, part: part as Loan['part'] };
      }),
    );
    const own = { tensors: inNormalForm(header.tensors).tensors, source: memorySource(file) };
    const { tensors, source } = withLoans(own, loans);
    const { model, lacks } = recognise(header, { tensors, strays: [] });
    return new SD3Nets(machine, model, lacks, { tensors, source }, target);
  }

  /** A case of a golden model. @param test whose name begins as the net is called: mmdit, text or vae. */
  async compare({ read }: Golden, model: string, test: string): Promise<Compared[]> {
    const at = `models/${model}/cases`;
    const expectedOf = async (name: string): Promise<Expected> => {
      const tensors = parseTensors((await read(`${at}/${name}/expected.safetensors`)).buffer);
      return (tensor) => tensors.get(tensor)!; // a missing one fails by itself
    };
    const expected = await expectedOf(test);
    if (test.startsWith('vae')) return this.vae(expected);
    const facts = JSON.parse(new TextDecoder().decode(await read(`${at}/${test}/case.json`))) as MMDiTCase &
      Stored;
    if (test.startsWith('mmdit')) {
      // Where a case has no context of its own, it is that of the first.
      const told = 'encoder_hidden_states' in facts.tensors ? expected : await expectedOf('mmdit');
      return this.mmdit(facts, expected, told('encoder_hidden_states'));
    }
    const said = await this.clip(expected);
    if (!this.model.t5) return said;
    const lengths = Object.keys(facts.tensors).flatMap((name) => /^t5_(\d+)_ids$/.exec(name)?.[1] ?? []);
    for (const length of lengths) said.push(...(await this.t5(expected, Number(length))));
    return said;
  }

  /** One forward at each of its timesteps. @param context [batch, tokens, width], without the zeros that follow. */
  async mmdit(facts: MMDiTCase, expected: Expected, context: Tensor): Promise<Compared[]> {
    const latents = expected('sample');
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const told = withZeros(context, facts.append_zero_tokens);
    const size = { batch, h, w, tokens: told.shape[1]! }; // it has three axes
    const runs = facts.timesteps.map((t) => ({
      latents: inFloats(latents),
      context: told,
      label: inFloats(expected('pooled_projections')),
      timestep: embeddings(t, batch, this.model.denoiser.modelChannels),
    }));
    const outputs = await this.run(mmditGraph(this.#checkpoint, this.target, size), ...runs);
    return facts.timesteps.map((t, i) => {
      const name = `out.t${Number.isInteger(t) ? t.toFixed(1) : t}`; // as Python writes it
      return compared(name, outputs[i], expected(name)); // one of each run
    });
  }

  /** What CLIP's encoders give. */
  async clip(expected: Expected): Promise<Compared[]> {
    const said: Compared[] = [];
    let from = 0;
    for (const [encoder, text] of this.model.texts.entries()) {
      const name = ['clip_l', 'clip_g'][encoder]!; // there are two
      const ids = expected(`${name}_ids`);
      const [batch, length] = ids.shape as [number, number];
      const graph = textGraph(this.#checkpoint, this.target, { batch, encoder });
      const end = Float32Array.from(ids.data, (id, i) =>
        Number(id === text.eos && ids.data.indexOf(text.eos, i - (i % length)) === i),
      );
      const tokens = await tokensOf(ids, text, this.weights);
      const [encoded] = (await this.run(graph, { tokens, end: { data: end, shape: ids.shape } })) as [
        Float32Array,
      ];
      const each = encoded.length / batch;
      const part = (begin: number, to: number): Float32Array =>
        encoded.filter((_, i) => i % each >= begin && i % each < to);
      said.push(compared(`${name} hidden`, part(0, length * text.width), expected(`${name}_hidden`)));
      const whole = expected('pooled');
      const width = whole.data.length / batch;
      const own = whole.data.filter((_, i) => i % width >= from && i % width < from + text.width);
      said.push(
        compared(`${name} pooled`, part(length * text.width, each), {
          ...whole,
          data: Float32Array.from(own),
        }),
      );
      from += text.width;
    }
    return said;
  }

  /** What T5 gives for as many tokens as a case stores. @param length of those, one of several. */
  async t5(expected: Expected, length: number): Promise<Compared[]> {
    const ids = expected(`t5_${length}_ids`);
    const tokens = await rowsOf(ids, T5_TABLE, this.weights);
    const graph = t5Graph(this.#checkpoint, this.target, { batch: ids.shape[0]!, length });
    const [encoded] = (await this.run(graph, { tokens })) as [Float32Array];
    return [compared(`t5 of ${length} tokens`, encoded, expected(`t5_${length}`))];
  }

  async vae(expected: Expected): Promise<Compared[]> {
    const latents = expected('z');
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const { target } = this;
    const decoder = decoderGraph(this.#checkpoint, target, { batch, h, w });
    const encoder = encoderGraph(this.#checkpoint, target, { batch, h, w });
    const [decoded] = (await this.run(decoder, { latents: inFloats(latents) })) as [Float32Array];
    const [moments] = (await this.run(encoder, { image: inFloats(expected('image')) })) as [Float32Array];
    const logvar = moments.slice(moments.length / 2).map((x) => Math.min(20, Math.max(-30, x)));
    return [
      compared('decode', decoded, expected('decoded')),
      compared('encode mean', moments.slice(0, moments.length / 2), expected('mean')),
      compared('encode log-variance', logvar, expected('logvar')),
    ];
  }

  run(graph: Graph, ...runs: Record<string, Value>[]): Promise<Float32Array[]> {
    return answers(this.#machine, graph, this.weights, runs);
  }

  get #checkpoint(): { model: Model; tensors: Weights['tensors'] } {
    return { model: this.model, tensors: this.weights.tensors };
  }
}

/** [batch, tokens, width] with so many tokens of zeros behind. */
function withZeros({ data, shape }: Tensor, count: number): Value {
  const [batch, tokens, width] = shape as [number, number, number];
  const longer = new Float32Array(batch * (tokens + count) * width);
  const each = tokens * width;
  for (let n = 0; n < batch; n++)
    longer.set(data.subarray(n * each, (n + 1) * each), n * (tokens + count) * width);
  return { data: longer, shape: [batch, tokens + count, width] };
}
