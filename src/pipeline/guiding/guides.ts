/** What pictures that guide add to the UNet in a pass: how much, in which of its steps, and to which questions. */
import { defined } from '../../checked';
import type { Size } from '../../canvas/crop';
import { Unusable } from '../../runtime/device-value';
import type { Value } from '../../runtime/session';
import { joined, type DenoiserValues, type RunDenoiser } from '../batch';
import type { Controls } from './controls';
import type { OpenAdapter } from './open-control';
import type { Question } from '../guidance';
import { hintPlanes } from './hint';
import type { Control } from '../job';
import { sumOfResiduals, sumThere, type Asking, type Read } from './residuals';
import type { Reused } from '../reuse';
import type { LatentSize } from '../size';
import type { Report } from '../memory/slot';

/** Runs the UNet on what it is asked, with what is added to that. @param step of the pass, counted from 0. */
export type Guide = (
  values: DenoiserValues,
  asked: readonly Question[],
  step: number,
  run: RunDenoiser,
) => Promise<Float32Array>;

/** The pass that is guided. */
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

  return async (values, questions, step, run) => {
    const weights = questions.map((question) => force.map((of) => of(question, step)));
    const control = { data: Float32Array.from(weights.flat()), shape: [questions.length, asked.length] };
    const weightsFor = (one: Control): number[] => weights.map((row) => row[asked.indexOf(one)]!); // it is one of them
    const told = {
      ...{ ...values, control },
      ...(known.length > 0 && { features: batched(sumOfFeatures(known, weightsFor, pass)) }),
    };
    if (read.length === 0) return run(told);
    const asking = { ...pass, read, weightsFor, values };
    const answer = controls.there && !reused ? await runThere(asking, told, run) : null;
    if (answer) return answer;
    const residuals = await again(reused, told, () => sumOfResiduals(asking));
    return run({ ...told, residuals: batched(residuals) });
  };
}

/** The UNet's answer, where what is added never leaves the device; null where nothing is, or it came to nothing. */
async function runThere(
  asking: Asking,
  told: DenoiserValues,
  run: RunDenoiser,
): Promise<Float32Array | null> {
  try {
    const residuals = await sumThere(asking);
    if (!residuals) return null;
    try {
      return await run({ ...told, residuals });
    } finally {
      residuals.release();
    }
  } catch (error) {
    if (error instanceof Unusable) return null;
    throw error;
  }
}

/** What was made in this group of calls, or is made now. */
async function again(
  reused: Reused | null,
  values: DenoiserValues,
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

/** What a T2I-Adapter's features are multiplied by; see `residualScales`. */
export const featureScales = (mode: Control['mode']): readonly number[] =>
  mode === 'balanced' ? [1, 1, 1, 1] : [0.25, 0.62, 0.825, 1];

function sumOfFeatures(
  known: readonly Known[],
  weightsFor: (control: Control) => readonly number[],
  { controls, size }: Guided,
): Float32Array[] {
  const first = defined(known[0]);
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

function batched(members: readonly Float32Array[]): Value {
  const data = joined(members);
  return { data, shape: [members.length, data.length / members.length] };
}
