/** Nets that guide a UNet against PyTorch: what is fed to them, what they must give, and what the UNet makes of it. */
import type { Graph, Target } from '../../src/graph/graph';
import {
  besideUNet,
  type AnyGuide,
  type ControlNetGuide,
  type T2IGuide,
} from '../../src/nets/detect/control';
import { controlGraph, residualShapes, t2iGraph, type ControlNetSize } from '../../src/nets/control-graphs';
import { recognise } from '../../src/nets/detect/detect';
import { unetGraph, type UNetSize } from '../../src/nets/graphs';
import { unetIn, type Model } from '../../src/nets/model';
import { inNormalForm, type NormalForm } from '../../src/nets/names/normal-form';
import { controlWeights } from '../../src/pipeline/guiding/control-weights';
import { inspectControl } from '../../src/pipeline/guiding/inspect-control';
import type { Machine } from '../../src/runtime/device';
import type { Value } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import type { TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { embeddings, label } from './net-cases';
import { inFloats, type Tensor } from './tensors';

export interface ForwardCase {
  readonly timestep: number;
  /** Of a net that knows several kinds of hint: which this one is. */
  readonly kind?: number;
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

/** A net that guides beside the model that it guides, open on a machine. */
export class GoldenGuide {
  readonly guide: AnyGuide<TensorInfo>;
  readonly #own: Weights;
  readonly #unet: Weights;
  readonly #model: Model;
  readonly #machine: Machine;

  /** @param file the net's. @param base the model's. */
  static async of(
    machine: Machine,
    file: Uint8Array<ArrayBuffer>,
    base: Uint8Array<ArrayBuffer>,
  ): Promise<GoldenGuide> {
    const guide = inspectControl(await headerOf(file));
    const header = await headerOf(base);
    const form: NormalForm<TensorInfo> = inNormalForm(header.tensors);
    const unet: Weights = { tensors: form.tensors, source: memorySource(base) };
    const own: Weights = { tensors: guide.tensors, source: memorySource(file) };
    const weights = guide.net === 'T2I-Adapter' ? own : controlWeights(guide, own, unet);
    return new GoldenGuide(machine, guide, weights, unet, recognise(header, form).model);
  }

  private constructor(
    machine: Machine,
    guide: AnyGuide<TensorInfo>,
    own: Weights,
    unet: Weights,
    model: Model,
  ) {
    this.#machine = machine;
    this.guide = guide;
    this.#own = own;
    this.#unet = unet;
    this.#model = model;
  }

  get target(): Target {
    return this.#machine.target();
  }

  /** What it gives, and what the UNet predicts with it, where feature maps lie in memory as PyTorch has them. */
  async compare(facts: ForwardCase, tensor: Tensors): Promise<Compared[]> {
    const { maps, prediction } = await this.answer(facts, tensor);
    return [...maps, { name: 'unet_out', numbers: prediction }].map(({ name, numbers }) => ({
      what: name,
      worst: worst(numbers, tensor(name).data),
      allowed: facts.tolerance[name]!.suggested_atol,
    }));
  }

  /** @param levelled see `ControlNetSize`. */
  async answer(
    facts: ForwardCase,
    tensor: Tensors,
    levelled = false,
  ): Promise<Given & { prediction: Float32Array }> {
    const latents = tensor('sample');
    const context = tensor('encoder_hidden_states');
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const size = { batch, h, w, tokens: context.shape[1]! };
    const { labelWidth, modelChannels } = this.#model.denoiser;
    const values = {
      latents: inFloats(latents),
      context: inFloats(context),
      timestep: embeddings(facts.timestep, batch, modelChannels),
      ...(labelWidth !== null && { label: label(tensor, labelWidth) }),
    };
    const { guide } = this;
    const given =
      guide.net === 'T2I-Adapter'
        ? await this.#features(guide, facts, tensor, batch)
        : await this.#residuals(guide, facts, tensor, { ...size, levelled }, values);
    const graph = unetGraph(this.#checkpoint, this.target, { ...size, ...given.asked });
    return { ...given, prediction: await this.#run(graph, this.#unet, { ...values, ...given.values }) };
  }

  async #residuals(
    guide: ControlNetGuide,
    { scales = [1], kind }: ForwardCase,
    tensor: Tensors,
    size: ControlNetSize,
    values: Readonly<Record<string, Value>>,
  ): Promise<Given> {
    const { target } = this;
    const { length } = residualShapes(this.#checkpoint, target, size);
    const { batch } = size;
    const { kinds } = guide.model;
    const net = { model: besideUNet(guide.model, unetIn(this.#model)), tensors: this.#own.tensors };
    const residuals = await this.#run(controlGraph(net, target, size), this.#own, {
      ...values,
      hint: inFloats(tensor('cond.0')),
      scale: { data: new Float32Array(batch * length).fill(scales[0]!), shape: [batch, length] },
      kind: { data: Float32Array.from(kinds, (_, i) => Number(i === kind)), shape: [1, kinds.length] },
    });
    const names = Array.from({ length }, (_, i) => (i === length - 1 ? 'mid' : `down.${i}`));
    return {
      maps: mapsIn(residuals, batch, names, tensor),
      values: { residuals: { data: residuals, shape: [batch, residuals.length / batch] } },
      asked: { residuals: true },
    };
  }

  async #features(
    guide: T2IGuide,
    { scale = 1 }: ForwardCase,
    tensor: Tensors,
    batch: number,
  ): Promise<Given> {
    const hint = inFloats(tensor('cond'));
    const [, , height, width] = hint.shape as [number, number, number, number];
    const graph = t2iGraph(guide, this.target, { height, width });
    const features = await this.#run(graph, this.#own, { hint });
    const all = new Float32Array(batch * features.length);
    const weighted = features.map((x) => x * scale);
    for (let n = 0; n < batch; n++) all.set(weighted, n * features.length);
    return {
      maps: mapsIn(features, 1, ['feature.0', 'feature.1', 'feature.2', 'feature.3'], tensor),
      values: { features: { data: all, shape: [batch, features.length] } },
      asked: { features: guide.model.pixels },
    };
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

type Tensors = (name: string) => Tensor;

interface Given {
  /** As PyTorch has them. */
  readonly maps: readonly { readonly name: string; readonly numbers: Float32Array }[];
  /** What the UNet is fed, and told to take. */
  readonly values: Readonly<Record<string, Value>>;
  readonly asked: Pick<UNetSize, 'residuals' | 'features'>;
}

/** Numbers of all maps of each member, map by map. */
function mapsIn(flat: Float32Array, batch: number, names: readonly string[], tensor: Tensors): Given['maps'] {
  const each = flat.length / batch;
  let at = 0;
  return names.map((name) => {
    const count = tensor(name).data.length / batch;
    const numbers = new Float32Array(batch * count);
    for (let n = 0; n < batch; n++) {
      const from = n * each + at;
      numbers.set(flat.subarray(from, from + count), n * count);
    }
    at += count;
    return { name, numbers };
  });
}

/** The largest difference. */
export function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!); // both have i numbers
    most = Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }
  return most;
}
