/** What ControlNets add to the UNet in a step: asked one after the other, and added up on the CPU or where they run. */
import { tuple } from '../../checked';
import type { DeviceValue } from '../../runtime/device-value';
import type { Value } from '../../runtime/session';
import { membersOf, type DenoiserValues } from '../batch';
import type { Control } from '../job';
import type { LatentSize } from '../size';
import type { Report } from '../memory/slot';
import type { Controls } from './controls';
import type { OpenControlNet } from './open-control';

/** A picture that is read in every step. */
export interface Read {
  readonly control: Control;
  readonly net: OpenControlNet;
  /** The very same in all steps. */
  readonly hint: Float32Array;
}

/** What ControlNets are asked in a step. */
export interface Asking {
  readonly controls: Controls;
  readonly read: readonly Read[];
  /** How much a control counts for each member of the batch. */
  readonly weightsFor: (control: Control) => readonly number[];
  readonly values: DenoiserValues;
  readonly size: LatentSize;
  readonly report: Report;
}

/** A picture, the members of the batch that it is read for, and what residuals are multiplied by for each. */
interface Question extends Read {
  readonly rows: readonly number[];
  readonly scale: Value;
}

/** Of what counts in this step. @param count of the residuals. */
function questionsOf({ read, weightsFor }: Asking, count: number): Question[] {
  return read.flatMap((one) => {
    const weights = weightsFor(one.control);
    if (weights.every((weight) => weight === 0)) return [];
    // A net that reads several pictures is asked about each for the same members: for others it would be opened anew.
    const counting = read.filter(({ net }) => net === one.net).map(({ control }) => weightsFor(control));
    const rows = weights.flatMap((_, n) => (counting.some((own) => own[n] !== 0) ? [n] : []));
    const shares = residualScales(one.control.mode, count);
    const scale: Value = {
      data: Float32Array.from(rows.flatMap((n) => shares.map((share) => share * weights[n]!))), // one for each row
      shape: [rows.length, count],
    };
    return [{ ...one, rows, scale }];
  });
}

/**
 * What a ControlNet's residuals are multiplied by, the first of which belongs to the outermost skip connection. Where
 * prompt and picture do not count the same, less is added further out, as in A1111's extension; which counts thirteen of
 * them, however many there are.
 */
export function residualScales(mode: Control['mode'], count: number): number[] {
  return Array.from({ length: count }, (_, i) => (mode === 'balanced' ? 1 : 0.825 ** (12 - i)));
}

/** For each member of the batch. */
export async function sumOfResiduals(asking: Asking): Promise<Float32Array[]> {
  const { controls, values, size, report } = asking;
  const [batch] = tuple(values.latents.shape, 4);
  const sizes = controls.residualSizes(size);
  const numbers = sizes.reduce((sum, own) => sum + own, 0);
  const sums = Array.from({ length: batch }, () => new Float32Array(numbers));
  for (const { control, net, hint, rows, scale } of questionsOf(asking, sizes.length)) {
    const told = membersOf(values, rows);
    const given = await controls.residuals(net, told, scale, hint, control.hintKind, report);
    for (const [i, n] of rows.entries()) addTo(sums[n]!, given.subarray(i * numbers, (i + 1) * numbers));
  }
  return sums;
}

/**
 * The same, left on the device that the nets share with the UNet; null where nothing counts in this step.
 * @throws Unusable where they came to be on different devices.
 */
export async function sumThere(asking: Asking): Promise<DeviceValue | null> {
  const { controls, values, size, report } = asking;
  const [batch] = tuple(values.latents.shape, 4);
  let sum: DeviceValue | null = null;
  try {
    for (const { control, net, hint, rows, scale } of questionsOf(
      asking,
      controls.residualSizes(size).length,
    )) {
      const told = { ...membersOf(values, rows), scale };
      for (const group of controls.single ? rows.map((_, i) => [i]) : [[...rows.keys()]]) {
        const one = membersOf(told, group);
        const given = await controls.residualsThere(net, one, one.scale, hint, control.hintKind, report);
        if (!sum && group.length === batch) {
          sum = given;
          continue;
        }
        try {
          sum ??= given.zeros(batch);
          sum.add(
            given,
            group.map((i) => rows[i]!),
          );
        } finally {
          given.release();
        }
      }
    }
    return sum;
  } catch (error) {
    sum?.release();
    throw error;
  }
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
}
