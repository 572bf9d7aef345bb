/**
 * Deep features of the UNet that are used again (DeepCache: Ma et al., 2023, arXiv 2312.00858). Calls go in groups of so
 * many: in the first of a group the UNet is run whole, in the others its outermost blocks alone.
 */
import type { Value } from '../runtime/session';
import { joined, type RunUNet, type UNetValues } from './batch';

/** What a question is about, whatever the latents and the timestep are: planes beside them, context, label, guidance. */
type About = readonly Float32Array[];

interface Made {
  readonly group: number;
  readonly about: About;
  readonly deep: Float32Array;
}

export interface Grouping {
  /** Calls in a group. */
  readonly every: number;
  /** The call that is made, counted from 0. */
  readonly call: () => number;
  /** Numbers of one prediction, and of the latents that it is about. */
  readonly predicted: number;
}

export class DeepFeatures {
  readonly #grouping: Grouping;
  #made: readonly Made[] = [];

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  /**
   * Asks as little of the UNet as will do. A question that this group has not asked yet, as after a change in the prompt
   * or after a break, is asked whole.
   * @param whole gives each member's prediction, and its deep feature behind it.
   * @param outer takes that as `deep`.
   */
  async predict(values: UNetValues, whole: RunUNet, outer: RunUNet): Promise<Float32Array> {
    const { every, call, predicted } = this.#grouping;
    const group = Math.floor(call() / every);
    const abouts = membersOf(values, predicted);
    this.#made = this.#made.filter((made) => made.group === group);
    const known = abouts.flatMap((about) => this.#made.find((made) => alike(made.about, about)) ?? []);
    if (known.length === abouts.length) {
      const deep = joined(known.map((made) => made.deep));
      return outer({ ...values, deep: { data: deep, shape: [abouts.length, deep.length / abouts.length] } });
    }
    const output = await whole(values);
    const each = output.length / abouts.length;
    const made = abouts.map((about, n): Made => {
      return { group, about, deep: output.slice(n * each + predicted, (n + 1) * each) };
    });
    this.#made = [...made, ...this.#made];
    return joined(abouts.map((_, n) => output.subarray(n * each, n * each + predicted)));
  }
}

function membersOf({ latents, context, label, guidance }: UNetValues, predicted: number): About[] {
  const [batch] = latents.shape as [number];
  const partOf = ({ data }: Value, n: number): Float32Array => {
    const each = data.length / batch;
    return Float32Array.from(data.subarray(n * each, (n + 1) * each));
  };
  const beside = [context, label, guidance].filter((value) => value !== undefined);
  return Array.from({ length: batch }, (_, n) => [
    partOf(latents, n).subarray(predicted),
    ...beside.map((value) => partOf(value, n)),
  ]);
}

const alike = (a: About, b: About): boolean =>
  a.length === b.length &&
  a.every((part, i) => part.length === b[i]!.length && part.every((v, k) => v === b[i]![k])); // of as many parts
