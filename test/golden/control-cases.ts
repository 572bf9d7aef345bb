/** Nets that guide a UNet against PyTorch: what is fed to them, what they must give, and what the UNet makes of it. */
import type { Graph } from '../../src/graph/graph';
import { recogniseControl, type AnyGuide } from '../../src/nets/control';
import { controlGraph, residualShapes, t2iGraph } from '../../src/nets/control-graphs';
import { recognise } from '../../src/nets/detect';
import { unetGraph, type UNetSize } from '../../src/nets/graphs';
import type { Model } from '../../src/nets/model';
import { inNormalForm, type NormalForm } from '../../src/nets/names/normal-form';
import type { Machine } from '../../src/runtime/device';
import type { Value, Weights } from '../../src/runtime/session';
import { readHeader, type TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { embeddings, label } from './net-cases';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, listGolden, skipped } from './root';
import { inFloats, type Tensor } from './tensors';

interface NetFacts {
  readonly base_model: string;
  /** By layout. */
  readonly files: Readonly<Record<string, { readonly unpacked: string }>>;
}

interface ForwardCase {
  readonly timestep: number;
  /** Of a ControlNet: one. */
  readonly scales?: readonly number[];
  /** Of a T2I-Adapter. */
  readonly scale?: number;
  readonly tolerance: Readonly<Record<string, { readonly suggested_atol: number }>>;
}

/** A tensor and how far it is from PyTorch's, and how far it may be. */
export interface Compared {
  readonly what: string;
  readonly worst: number;
  readonly allowed: number;
}

/** Nets with cases of one run, and the layouts in which each is there; what is lacking is told as skipped. */
export function guides(): { readonly name: string; readonly layout: string; readonly cases: string[] }[] {
  const nets = listGolden('control').filter((name) =>
    listGolden(`control/${name}/cases`).some((test) => test.startsWith('forward')),
  );
  if (nets.length === 0) skipped('nets of control with cases of one run');
  return nets.flatMap((name) => {
    const { files } = goldenJson(`control/${name}/case.json`) as NetFacts;
    const cases = listCases(`control/${name}/cases`, (test) => test.startsWith('forward'));
    return Object.entries(files)
      .filter(([, { unpacked }]) => hasGolden(`control/${name}/${unpacked}`))
      .map(([layout]) => ({ name, layout, cases }));
  });
}

/** A golden net beside the model that it guides, open on a machine. */
export class GoldenGuide {
  readonly guide: AnyGuide<TensorInfo>;
  readonly #own: Weights;
  readonly #unet: Weights;
  readonly #model: Model;
  readonly #machine: Machine;
  readonly #at: string;

  static async open(machine: Machine, name: string, layout: string): Promise<GoldenGuide> {
    const at = `control/${name}`;
    const { base_model, files } = goldenJson(`${at}/case.json`) as NetFacts;
    const model = /models\/[^/]+\/model/.exec(base_model)![0]; // "../../models/sd1/model.safetensors.gz"
    const [own, base] = [`${at}/${files[layout]!.unpacked}`, `${model}.safetensors`].map(goldenBytes);
    const header = await readHeader(new Blob([own!]));
    const guide = recogniseControl(header);
    const baseHeader = await readHeader(new Blob([base!]));
    const form: NormalForm<TensorInfo> = inNormalForm(baseHeader.tensors);
    return new GoldenGuide(
      machine,
      at,
      guide,
      { tensors: guide.tensors, source: memorySource(own!) },
      { tensors: form.tensors, source: memorySource(base!) },
      recognise(baseHeader, form).model,
    );
  }

  private constructor(
    machine: Machine,
    at: string,
    guide: AnyGuide<TensorInfo>,
    own: Weights,
    unet: Weights,
    model: Model,
  ) {
    this.#machine = machine;
    this.#at = at;
    this.guide = guide;
    this.#own = own;
    this.#unet = unet;
    this.#model = model;
  }

  /** What it gives, and what the UNet predicts with it. */
  async compare(test: string): Promise<Compared[]> {
    const facts = goldenJson(`${this.#at}/cases/${test}/case.json`) as ForwardCase;
    const tensor = goldenTensors(`${this.#at}/cases/${test}/expected.safetensors`);
    const latents = tensor('sample');
    const context = tensor('encoder_hidden_states');
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const size = { batch, h, w, tokens: context.shape[1]! };
    const { labelWidth, modelChannels } = this.#model.unet;
    const values = {
      latents: inFloats(latents),
      context: inFloats(context),
      timestep: embeddings(facts.timestep, batch, modelChannels),
      ...(labelWidth !== null && { label: label(tensor, labelWidth) }),
    };
    const given =
      this.guide.net === 'T2I-Adapter'
        ? await this.#features(facts, tensor, batch)
        : await this.#residuals(facts, tensor, size, values);
    const { flat, maps, extra } = given;
    const predicted = await this.#run(
      unetGraph(this.#checkpoint, this.#machine.target(), { ...size, ...extra }),
      this.#unet,
      { ...values, [maps[0]!.name === 'feature.0' ? 'features' : 'residuals']: flat },
    );
    const compared = (what: string, actual: Float32Array): Compared => ({
      what: `${test} ${what}`,
      worst: worst(actual, tensor(what)),
      allowed: facts.tolerance[what]!.suggested_atol,
    });
    return [...maps.map(({ name, numbers }) => compared(name, numbers)), compared('unet_out', predicted)];
  }

  async #residuals(
    { scales = [1] }: ForwardCase,
    tensor: (name: string) => Tensor,
    size: UNetSize & { readonly tokens: number },
    values: Readonly<Record<string, Value>>,
  ): Promise<Given> {
    const { guide } = this;
    if (guide.net === 'T2I-Adapter') throw new Error('it gives features');
    const target = this.#machine.target();
    const shapes = residualShapes(this.#checkpoint, target, size);
    const count = size.batch * shapes.length;
    const scale = { data: new Float32Array(count).fill(scales[0]!), shape: [size.batch, shapes.length] };
    const hint = inFloats(tensor('cond.0'));
    const residuals = await this.#run(controlGraph(guide, target, size), this.#own, {
      ...values,
      scale,
      hint,
    });
    const names = shapes.map((_, i) => (i === shapes.length - 1 ? 'mid' : `down.${i}`));
    return { ...given(residuals, size.batch, names, tensor), extra: { residuals: true } };
  }

  async #features(
    { scale = 1 }: ForwardCase,
    tensor: (name: string) => Tensor,
    batch: number,
  ): Promise<Given> {
    const { guide } = this;
    if (guide.net !== 'T2I-Adapter') throw new Error('it gives residuals');
    const hint = inFloats(tensor('cond'));
    const [, , height, width] = hint.shape as [number, number, number, number];
    const graph = t2iGraph(guide, this.#machine.target(), { height, width });
    const features = await this.#run(graph, this.#own, { hint });
    const names = ['feature.0', 'feature.1', 'feature.2', 'feature.3'];
    const { maps } = given(features, 1, names, tensor);
    const all = new Float32Array(batch * features.length);
    for (let n = 0; n < batch; n++)
      all.set(
        features.map((x) => x * scale),
        n * features.length,
      );
    const flat = { data: all, shape: [batch, features.length] };
    return { maps, flat, extra: { features: guide.model.pixels } };
  }

  get #checkpoint(): { model: Model; tensors: Weights['tensors'] } {
    return { model: this.#model, tensors: this.#unet.tensors };
  }

  async #run(graph: Graph, weights: Weights, values: Readonly<Record<string, Value>>): Promise<Float32Array> {
    const { sessions, openDevice } = this.#machine;
    const net = await sessions.open(graph, weights, openDevice);
    try {
      return await net.run(values);
    } finally {
      await net.release();
    }
  }
}

interface Given {
  /** As the UNet is fed it. */
  readonly flat: Value;
  /** The same, map by map, as PyTorch has them. */
  readonly maps: readonly { readonly name: string; readonly numbers: Float32Array }[];
  readonly extra: Pick<UNetSize, 'residuals' | 'features'>;
}

/** Numbers of all maps of each member, taken apart. */
function given(
  flat: Float32Array,
  batch: number,
  names: readonly string[],
  tensor: (name: string) => Tensor,
): Omit<Given, 'extra'> {
  const each = flat.length / batch;
  let at = 0;
  const maps = names.map((name) => {
    const count = tensor(name).data.length / batch;
    const numbers = new Float32Array(batch * count);
    for (let n = 0; n < batch; n++)
      numbers.set(flat.subarray(n * each + at, n * each + at + count), n * count);
    at += count;
    return { name, numbers };
  });
  return { flat: { data: flat, shape: [batch, each] }, maps };
}

/** The largest difference. */
function worst(actual: Float32Array, { data }: Tensor): number {
  if (actual.length !== data.length) return Infinity;
  return actual.reduce((most, x, i) => {
    const difference = Math.abs(x - data[i]!); // both have i numbers
    return Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }, 0);
}
