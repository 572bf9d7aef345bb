import { defined, mustGet } from '../../checked';
import { t5Graph } from '../../nets/mmdit-graphs';
import type { Model, T5Encoder } from '../../nets/model';
import { T5_TABLE, type Blocks } from '../../nets/t5';
import { T5_TOKENIZER } from '../../nets/t5-tokenizer';
import { withRows } from '../../runtime/rows';
import type { Value } from '../../runtime/session';
import type { Weights } from '../../runtime/tensor-bytes';
import type { Like } from '../../sampling/settings';
import type { Condition } from '../../text/conditions';
import { timesOf } from '../../text/encodings';
import { endedAt, t5Tokenizer } from '../../text/t5';
import { weigh, type Emphasis } from '../../text/weigh';
import { EMPTY, type Tokenizer, type Window } from '../../text/windows';
import { joined } from '../batch';
import type { Progress } from '../job';
import type { Author, Report, Slot } from '../memory/slot';

/** Texts that it reads at once: most often a prompt's and a negative one's. */
const BATCH = 2;

/** T5 beside the other text encoders: what it makes of prompts, and how that counts. */
export class T5 {
  readonly #model: Model;
  readonly #weights: () => Weights;
  readonly #slot: Slot;
  readonly #parts: () => readonly Blocks[];
  /** Those of the last picture: drawn again with another seed, it needs no T5. */
  #known: ReadonlyMap<string, Float32Array> = new Map();

  /**
   * @param weights asked for with what is added to them.
   * @param parts of its blocks that run one after the other; one, where all are on the device together.
   */
  constructor(model: Model, weights: () => Weights, slot: Slot, parts: () => readonly Blocks[]) {
    this.#model = model;
    this.#weights = weights;
    this.#slot = slot;
    this.#parts = parts;
  }

  /** Whether parts of it are on the device one after the other, and gone when a text is read. */
  get inParts(): boolean {
    return this.#parts().length > 1;
  }

  /**
   * What it makes of each text, [length, width].
   * @param texts ids, all of one length.
   */
  async encode(texts: readonly Int32Array[], report: Report): Promise<Float32Array[]> {
    const known = new Map(this.#known);
    const { bits } = this.#slot;
    const key = (ids: Int32Array): string => `${bits} ${ids.join()}`;
    const unknown = texts.filter((ids) => !known.has(key(ids)));
    if (unknown.length > 0) {
      const rows = new Set(unknown.flatMap((ids) => [...ids]));
      await withRows(this.#weights(), [{ key: T5_TABLE, rows }], async ([table]) => {
        const encoded = await this.#run(unknown, (id) => mustGet(defined(table), id), report);
        for (const [n, ids] of unknown.entries()) known.set(key(ids), encoded[n]!); // one for each
      });
    }
    const asked = texts.map((ids) => [key(ids), mustGet(known, key(ids))] as const); // by now all are
    this.#known = new Map(asked);
    return asked.map(([, encoding]) => encoding);
  }

  /** All texts go through a part of its blocks before the next one is opened. */
  async #run(
    texts: readonly Int32Array[],
    row: (id: number) => Float32Array,
    report: Report,
  ): Promise<Float32Array[]> {
    const { length } = texts[0]!; // there is one at least
    const { tensors } = this.#weights();
    const parts = this.#parts();
    let states = texts.map((ids) => joined(Array.from(ids, row)));
    for (const [i, part] of parts.entries()) {
      const author: Author = (target) =>
        t5Graph({ model: this.#model, tensors }, target, { batch: BATCH, length, part });
      const telling: Report = (progress) => report(inAll(progress, i, parts.length));
      states = await this.#runPart(states, length, (tokens) =>
        this.#slot.run(`${length} ${part.join()}`, author, { tokens }, telling),
      );
    }
    if (parts.length > 1) await this.#slot.release(); // the last part is of no use to the next prompt
    return states;
  }

  /** In full batches, so that a session serves prompts of any number. */
  async #runPart(
    states: readonly Float32Array[],
    length: number,
    run: (tokens: Value) => Promise<Float32Array>,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const { width } = defined(this.#model.t5);
    const done: Float32Array<ArrayBuffer>[] = [];
    for (let at = 0; at < states.length; at += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, n) => states[at + n] ?? states[at]!); // where one is missing, one is read twice
      const data = await run({ data: joined(batch), shape: [BATCH, length, width] });
      const each = length * width;
      for (const n of states.slice(at, at + BATCH).keys()) done.push(data.slice(n * each, (n + 1) * each));
    }
    return done;
  }

  /** Closes it: what it is made of is not the same any more. */
  async close(): Promise<void> {
    await this.#slot.release();
    this.#known = new Map();
  }
}

/** How far all parts are, which are about as large, by one of them. */
function inAll(progress: Progress, part: number, parts: number): Progress {
  if (progress.kind !== 'reading' && progress.kind !== 'checking') return progress;
  const { doneBytes, totalBytes } = progress;
  return { ...progress, doneBytes: part * totalBytes + doneBytes, totalBytes: parts * totalBytes };
}

/** The tokenizer that lies among a model's weights, if one does. */
export async function t5TokenizerIn({ tensors, source }: Weights): Promise<Tokenizer | null> {
  const info = tensors.get(T5_TOKENIZER);
  return info ? t5Tokenizer(new TextDecoder().decode(source.read(info.begin, info.end))) : null;
}

/** What diffusers cuts prompts to, or pads them to. */
const DIFFUSERS = 256;

/** ComfyUI pads to so many, and cuts nothing. */
const COMFY = 77;

/**
 * How many tokens stand behind CLIP's for a model that was trained with a T5. Where it is not there they are zeros; ComfyUI
 * has none then.
 * @param clip tokens that CLIP's encoders give.
 * @param texts what T5 is to read; absent: there is none.
 */
export function t5Length(like: Like, clip: number, texts: readonly Window[] | undefined): number {
  switch (like) {
    case 'diffusers':
      return DIFFUSERS;
    case 'A1111':
      return clip;
    case 'ComfyUI':
      return texts ? Math.max(COMFY, ...texts.map(({ ids }) => ids.length + 1)) : 0;
  }
}

/** What T5 is asked, and what for. */
export interface T5Asking {
  readonly t5: T5Encoder;
  readonly length: number;
  readonly emphasis: Emphasis;
  readonly encode: (texts: readonly Int32Array[]) => Promise<Float32Array[]>;
}

/** What stands behind CLIP's tokens for each text of these conditions, emphasis applied. */
export async function t5Encodings(
  conditions: readonly Condition[],
  { t5, length, emphasis, encode }: T5Asking,
): Promise<Float32Array[][]> {
  const idsOf = (text: Window): Int32Array => endedAt(text, length, t5).ids;
  const texts = conditions.flatMap(({ t5: own = [] }) => own);
  if (emphasis === 'ComfyUI') texts.push(EMPTY);
  const distinct = [...new Map(texts.map((text) => [idsOf(text).join(), idsOf(text)])).values()];
  const encoded = await encode(distinct);
  const known = new Map(distinct.map((ids, n) => [ids.join(), encoded[n]!])); // one for each
  const encodingOf = (text: Window): Float32Array => mustGet(known, idsOf(text).join());
  const weighing = {
    ...{ emphasis, widths: [t5.width] },
    ...(emphasis === 'ComfyUI' && { empty: encodingOf(EMPTY) }),
  };
  return conditions.map((condition) => {
    const times = timesOf(condition);
    const together = (condition.t5 ?? []).map((text, n) => ({
      context: encodingOf(text),
      weights: endedAt(text, length, t5).weights,
      times: times[n]!, // as many as there are texts
    }));
    return weigh(together, weighing);
  });
}
