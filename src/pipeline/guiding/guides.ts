/** What pictures that guide add to the UNet in a pass: how much, in which of its steps, and to which questions. */
import type { Size } from '../../canvas/crop';
import type { Value } from '../../runtime/session';
import { joined, membersOf, type UNetValues } from '../batch';
import type { Controls, OpenAdapter, OpenControlNet } from './controls';
import type { Question } from '../guidance';
import { hintPlanes } from './hint';
import type { Control } from '../job';
import type { Reused } from '../reuse';
import type { LatentSize } from '../size';
import type { Report } from '../slot';

/** Gives what the UNet is asked, with what is added to it. @param step of the pass, counted from 0. */
export type Guide = (values: UNetValues, asked: readonly Question[], step: number) => Promise<UNetValues>;

export interface Guided {
  readonly controls: Controls;
  readonly size: LatentSize;
  /** In pixels. */
  readonly drawn: Size;
  /** That the pass makes. */
  readonly steps: number;
  /** Where deep features are used again, what belongs to them is, too. */
  readonly reused: Reused | null;
  readonly report: Report;
}

/** A picture that is read in every step. */
interface Read {
  readonly control: Control;
  readonly net: OpenControlNet;
  /** The very same in all steps. */
  readonly hint: Float32Array;
}

/** A picture that was read once. */
interface Known {
  readonly control: Control;
  readonly net: OpenAdapter;
  readonly features: Float32Array;
}

/** Reads what need be read but once. Null where no picture guides. */
export async function guidesOf(asked: readonly Control[], pass: Guided): Promise<Guide | null> {
  const { controls, drawn, steps, reused, report } = pass;
  const read: Read[] = [];
  const known: Known[] = [];
  for (const control of asked) {
    const net = controls.of(control.model);
    const hint = hintPlanes(control.hint, drawn, net.guide.model.hintChannels);
    if (net.kind === 'ControlNet') read.push({ control, net, hint });
    else known.push({ control, net, features: await controls.features(net, hint, drawn, report) });
  }
  if (asked.length === 0) return null;
  const force = asked.map(forceOf(steps));

  return async (values, questions, step) => {
    const weights = questions.map((question) => force.map((of) => of(question, step)));
    const control = { data: Float32Array.from(weights.flat()), shape: [questions.length, asked.length] };
    const weightsFor = (one: Control): number[] => weights.map((row) => row[asked.indexOf(one)]!); // it is one of them
    const told = { ...values, control };
    const residuals = (): Promise<Float32Array[]> => sumOfResiduals(read, weightsFor, values, pass);
    return {
      ...told,
      ...(read.length > 0 && { residuals: batched(await again(reused, told, residuals)) }),
      ...(known.length > 0 && { features: batched(sumOfFeatures(known, weightsFor, pass)) }),
    };
  };
}

/** What was made in this group of calls, or is made now. */
async function again(
  reused: Reused | null,
  values: UNetValues,
  make: () => Promise<Float32Array[]>,
): Promise<readonly Float32Array[]> {
  const before = reused?.of(values);
  if (before) return before;
  const made = await make();
  reused?.keep(values, made);
  return made;
}

/**
 * How much of a control counts for a question in a step. It is off in step i of n where i/n is before its start, or (i+1)/n
 * after its end, as in diffusers.
 */
export const forceOf =
  (steps: number) =>
  ({ weight, start, end, mode }: Pick<Control, 'weight' | 'start' | 'end' | 'mode'>) =>
  (question: Pick<Question, 'negative' | 'unguided'>, step: number): number => {
    const isOn = step / steps >= start && (step + 1) / steps <= end;
    return isOn && (mode !== 'control' || isPrompted(question)) ? weight : 0;
  };

/** Whether it asks what the prompt leads to, and not what guidance leads away from. */
export const isPrompted = (question: Pick<Question, 'negative' | 'unguided'>): boolean =>
  !question.negative && question.unguided !== 0;

/**
 * What a ControlNet's residuals are multiplied by, the first of which belongs to the outermost skip connection. Where
 * prompt and picture do not count the same, less is added further out, as in A1111's extension; which counts thirteen of
 * them, however many there are.
 */
export function residualScales(mode: Control['mode'], count: number): number[] {
  return Array.from({ length: count }, (_, i) => (mode === 'balanced' ? 1 : 0.825 ** (12 - i)));
}

/** The same of a T2I-Adapter's features. */
export const featureScales = (mode: Control['mode']): readonly number[] =>
  mode === 'balanced' ? [1, 1, 1, 1] : [0.25, 0.62, 0.825, 1];

async function sumOfResiduals(
  read: readonly Read[],
  weightsFor: (control: Control) => readonly number[],
  values: UNetValues,
  { controls, size, report }: Guided,
): Promise<Float32Array[]> {
  const [batch] = values.latents.shape as [number];
  const shapes = controls.residualSizes(size);
  const numbers = shapes.reduce((sum, own) => sum + own, 0);
  const sums = Array.from({ length: batch }, () => new Float32Array(numbers));
  for (const { control, net, hint } of read) {
    const weights = weightsFor(control);
    const rows = weights.flatMap((weight, n) => (weight === 0 ? [] : [n]));
    if (rows.length === 0) continue;
    const scales = residualScales(control.mode, shapes.length);
    const scale: Value = {
      data: Float32Array.from(rows.flatMap((n) => scales.map((share) => share * weights[n]!))), // one for each row
      shape: [rows.length, shapes.length],
    };
    const given = await controls.residuals(
      net,
      membersOf(values, rows),
      scale,
      hint,
      control.hintKind,
      report,
    );
    for (const [i, n] of rows.entries()) addTo(sums[n]!, given.subarray(i * numbers, (i + 1) * numbers));
  }
  return sums;
}

function sumOfFeatures(
  known: readonly Known[],
  weightsFor: (control: Control) => readonly number[],
  { controls, size }: Guided,
): Float32Array[] {
  const [first] = known as readonly [Known];
  const batch = weightsFor(first.control).length;
  return Array.from({ length: batch }, (_, n) => {
    const sum = new Float32Array(first.features.length);
    for (const { control, net, features } of known) {
      const weight = weightsFor(control)[n]!; // one for each member
      let at = 0;
      for (const [level, numbers] of controls.featureSizes(net, size).entries()) {
        const share = weight * featureScales(control.mode)[level]!; // there are four
        for (const end = at + numbers; at < end; at++) sum[at]! += share * features[at]!;
      }
    }
    return sum;
  });
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
}

function batched(members: readonly Float32Array[]): Value {
  const data = joined(members);
  return { data, shape: [members.length, data.length / members.length] };
}
