/**
 * What was made for a question and is used again in later calls. Calls go in groups of so many: in the first of a group
 * everything is made, in the others what was made there stands in (DeepCache: Ma et al., 2023, arXiv 2312.00858).
 */
import { tuple } from '../checked';
import type { Value } from '../runtime/session';
import { joined, type DenoiserValues, type RunDenoiser } from './batch';

/** What a question is about, whatever the latents and the timestep are: planes beside them, context, label, guidance. */
type About = readonly Float32Array[];

/** Calls of the UNet that share one deep feature. */
export interface Grouping {
  /** Calls in a group. */
  readonly every: number;
  /** The call that is made, counted from 0. */
  readonly call: () => number;
  /** Numbers of one prediction, and of the latents that it is about. */
  readonly predicted: number;
}

/** Numbers for each question that the group of the current call has asked. */
export class Reused {
  readonly #grouping: Grouping;
  #made: readonly { readonly group: number; readonly about: About; readonly numbers: Float32Array }[] = [];

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  /** Of each member of the batch; null where it is not known of all of them. */
  of(values: DenoiserValues): Float32Array[] | null {
    const group = this.#group;
    this.#made = this.#made.filter((made) => made.group === group);
    const abouts = aboutEach(values, this.#grouping.predicted);
    const known = abouts.flatMap(
      (about) => this.#made.find((made) => alike(made.about, about))?.numbers ?? [],
    );
    return known.length === abouts.length ? known : null;
  }

  /** @param numbers for each member of the batch. */
  keep(values: DenoiserValues, numbers: readonly Float32Array[]): void {
    const group = this.#group;
    const abouts = aboutEach(values, this.#grouping.predicted);
    const made = abouts.map((about, n) => ({ group, about, numbers: numbers[n]! })); // as many
    this.#made = [...made, ...this.#made];
  }

  get #group(): number {
    return Math.floor(this.#grouping.call() / this.#grouping.every);
  }
}

/** Deep features of the UNet: where they are known, its outermost blocks alone are run. */
export class DeepFeatures {
  readonly #predicted: number;
  readonly #features: Reused;

  constructor(grouping: Grouping) {
    this.#predicted = grouping.predicted;
    this.#features = new Reused(grouping);
  }

  /**
   * Asks as little of the UNet as will do. A question that this group has not asked yet, as after a change in the prompt
   * or after a break, is asked whole.
   * @param whole gives each member's prediction, and its deep feature behind it.
   * @param outer takes that as `deep`.
   */
  async predict(values: DenoiserValues, whole: RunDenoiser, outer: RunDenoiser): Promise<Float32Array> {
    const [batch] = tuple(values.latents.shape, 4);
    const known = this.#features.of(values);
    if (known) {
      const deep = joined(known);
      return outer({ ...values, deep: { data: deep, shape: [batch, deep.length / batch] } });
    }
    const output = await whole(values);
    const each = output.length / batch;
    const members = Array.from({ length: batch }, (_, n) => output.subarray(n * each, (n + 1) * each));
    const predicted = this.#predicted;
    this.#features.keep(
      values,
      members.map((member) => member.slice(predicted)),
    );
    return joined(members.map((member) => member.subarray(0, predicted)));
  }
}

function aboutEach(
  { latents, context, label, guidance, control, pictures }: DenoiserValues,
  predicted: number,
): About[] {
  const [batch] = tuple(latents.shape, 4);
  const partOf = ({ data }: Value, n: number): Float32Array => {
    const each = data.length / batch;
    return Float32Array.from(data.subarray(n * each, (n + 1) * each));
  };
  const beside = [context, label, guidance, control, pictures].filter((value) => value !== undefined);
  return Array.from({ length: batch }, (_, n) => [
    partOf(latents, n).subarray(predicted),
    ...beside.map((value) => partOf(value, n)),
  ]);
}

const alike = (a: About, b: About): boolean =>
  a.length === b.length &&
  a.every((part, i) => part.length === b[i]!.length && part.every((v, k) => v === b[i]![k])); // of as many parts
