/** The denoiser's batch: every question about the same latents, in one run or one after another. */
import { tuple } from '../checked';
import type { Model } from '../nets/model';
import { timestepEmbedding } from '../nets/unet';
import { DeviceValue } from '../runtime/device-value';
import type { Fed, Value } from '../runtime/session';
import type { Latent } from '../sampling/latent';
import type { Question } from './guidance';
import type { LatentSize } from './size';

/** Runs the denoiser on a batch: `latents`, `timestep`, `context` and its other inputs in, predictions out. */
export type RunDenoiser = (values: DenoiserValues) => Promise<Float32Array>;

/** Inputs of the denoiser, each with a row for every member of the batch. */
export type DenoiserValues = Readonly<Record<'latents' | 'timestep' | 'context', Value>> & {
  readonly label?: Value;
  readonly guidance?: Value;
  /** Which blocks each member goes through, for an MMDiT that may be asked without some. */
  readonly keep?: Value;
  /** What ControlNets and T2I-Adapters add; absent where there are none. */
  readonly residuals?: Fed;
  readonly features?: Value;
  /** How much each of them counts for each member: not an input of the net, but part of the question. */
  readonly control?: Value;
  /** Whether each member is shown the pictures that are part of the prompt, then how much each of those counts. */
  readonly pictures?: Value;
  /** The deep features of the UNet, for a run of its outermost blocks alone. */
  readonly deep?: Value;
};

/** @param latents as the denoiser takes them. */
export function batchOf(
  { modelChannels, inChannels, contextWidth }: Model['denoiser'],
  questions: readonly Question[],
  latents: Latent,
  t: number,
  { h, w }: LatentSize,
): DenoiserValues {
  const batch = questions.length;
  const context = joined(questions.map((question) => question.context));
  const perQuestion = (name: 'label' | 'guidance' | 'keep'): Partial<DenoiserValues> => {
    const data = joined(questions.flatMap((question) => question[name] ?? []));
    return data.length > 0 ? { [name]: { data, shape: [batch, data.length / batch] } } : {};
  };
  return {
    latents: {
      data: joined(questions.flatMap(({ planes }) => (planes ? [latents, planes] : [latents]))),
      shape: [batch, inChannels, h, w],
    },
    timestep: {
      data: joined(questions.map(() => timestepEmbedding(t, modelChannels))),
      shape: [batch, modelChannels],
    },
    context: { data: context, shape: [batch, context.length / batch / contextWidth, contextWidth] },
    ...perQuestion('label'),
    ...perQuestion('guidance'),
    ...perQuestion('keep'),
  };
}

/** The members of a batch one after the other: the same answers, with less memory at a time. */
export async function oneByOne<V extends DenoiserValues>(
  run: (values: V) => Promise<Float32Array>,
  values: V,
): Promise<Float32Array> {
  const [batch] = tuple(values.latents.shape, 4);
  const answers: Float32Array[] = [];
  for (let n = 0; n < batch; n++) answers.push(await run(membersOf(values, [n])));
  return joined(answers);
}

/** These members of a batch, in this order. */
export function membersOf<V extends Readonly<Record<string, Fed>>>(values: V, rows: readonly number[]): V {
  const only = (value: Fed): Fed => {
    if (value instanceof DeviceValue) return { of: value, rows };
    if ('of' in value) return { of: value.of, rows: rows.map((n) => value.rows[n]!) };
    const { data, shape } = value;
    const each = data.length / shape[0]!; // it is a batch's
    const parts = rows.map((n) => data.subarray(n * each, (n + 1) * each));
    return { data: joined(parts), shape: shape.with(0, rows.length) };
  };
  // Of the same names.
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, only(value)])) as V;
}

/** The first channels of [batch, channels, h, w]: a ControlNet is not shown what a UNet gets beside the latents. */
export function firstChannels({ data, shape }: Value, channels: number): Value {
  const [batch, all, h, w] = tuple(shape, 4);
  if (all === channels) return { data, shape };
  const [each, own] = [all * h * w, channels * h * w];
  const parts = Array.from({ length: batch }, (_, n) => data.subarray(n * each, n * each + own));
  return { data: joined(parts), shape: [batch, channels, h, w] };
}

/** One after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Rows [n, from] made longer by zeros: [n, to]. */
export function widened(rows: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return rows;
  const wide = new Float32Array((rows.length / from) * to);
  for (let n = 0; n * from < rows.length; n++) wide.set(rows.subarray(n * from, (n + 1) * from), n * to);
  return wide;
}
