/** What pictures of a size are drawn without, so that the nets of their steps find room. */
import { fitTogether } from '../../nets/memory';
import type { Machine } from '../../runtime/device';
import type { Controls } from '../guiding/controls';
import type { References } from '../guiding/references';
import type { MemorySavings } from '../job';
import type { MMDiT } from '../mmdit';
import type { PictureNets } from '../picture-nets';
import type { DeviceMemory } from './device-memory';
import type { LatentSize } from '../size';
import type { Slot } from './slot';
import { savingsForDenoiser } from './savings';
import type { UNet } from '../unet';

/** What the denoiser is asked in each step of a pass: so many questions, about so many tokens each. */
export interface Asking extends LatentSize {
  readonly questions: number;
  /** In some steps fewer are asked: one session serves them all one by one. */
  readonly varying?: boolean;
  readonly tokens: number;
}

/** What works in a picture. */
interface Nets {
  readonly denoiser: UNet | MMDiT;
  /** What it is, or its parts are, opened in. */
  readonly inTurn: readonly Slot[];
  /** Text encoders that are rounded with it. */
  readonly texts: Readonly<Record<'text2' | 't5', Slot>>;
  readonly pictures: PictureNets;
  readonly controls: Controls;
  readonly references: References;
}

/** Decides what the pictures of a run are drawn without, so that the nets of their steps find room. */
export class SavingsPlanner {
  readonly #machine: Machine;
  readonly #memory: DeviceMemory;
  readonly #nets: Nets;
  /** The side at which the model draws best, in latents. */
  readonly #native: number;
  /** What the savings were decided for. */
  #decided = '';
  /** Some steps ask fewer questions than others. */
  #varying = false;

  constructor(machine: Machine, memory: DeviceMemory, nets: Nets, native: number) {
    this.#machine = machine;
    this.#memory = memory;
    this.#nets = nets;
    this.#native = native;
  }

  /** Whether questions are asked one by one. */
  get single(): boolean {
    return this.#varying || this.#memory.savings.single;
  }

  /**
   * From now on pictures of this size are drawn with so little memory, or less where it is plain that it would not fit.
   * @returns what is done without. Weights are not rounded where that would be computed wrongly.
   */
  async settle(wished: MemorySavings, asking: Asking): Promise<MemorySavings> {
    const { pictures, controls, references } = this.#nets;
    const { questions, varying = false, tokens, ...size } = asking;
    const key = JSON.stringify([
      ...[wished, size, questions, tokens],
      ...[pictures.vae, controls.key, references.key],
    ]);
    this.#varying = varying;
    if (key !== this.#decided) {
      const less = await this.#fitting(wished, asking);
      const setting = { size, native: this.#native };
      const tile = pictures.tileThatFits(wished.tile, setting, this.#machine.limits);
      pictures.tile = tile;
      this.#memory.savings = { ...less, tile };
      await this.#round();
      this.#decided = key;
    }
    controls.single = this.single;
    controls.there = this.#machine.backend === 'webgpu' && !this.#memory.savings.turns;
    return this.#memory.savings;
  }

  /** From the next run on weights are rounded as memory asks: those of text encoders, too, where that is computed rightly. */
  async #round(): Promise<void> {
    const { inTurn, texts } = this.#nets;
    const { denoiser, ...ofTexts } = this.#memory.rounding;
    for (const slot of inTurn) slot.bits = denoiser;
    for (const net of ['text2', 't5'] as const) {
      const bits = ofTexts[net];
      texts[net].bits = bits && (await this.#machine.packs(bits)) ? bits : null;
    }
  }

  /** As much as is wished for, or the first of less with which the denoiser fits; where none does, as before. */
  async #fitting(wished: MemorySavings, { questions, tokens, ...size }: Asking): Promise<MemorySavings> {
    const { denoiser, controls } = this.#nets;
    const right = wished.bits !== null && (await this.#machine.packs(wished.bits));
    const wish = right ? wished : { ...wished, bits: null };
    const guided = controls.stepping.length > 0;
    for (const less of savingsForDenoiser(wish, questions, guided)) {
      if (less.bits !== null && !(await this.#machine.packs(less.bits))) continue;
      denoiser.slot.bits = less.bits;
      const asked = { batch: less.single ? 1 : questions, tokens, ...size };
      const graphs = [
        denoiser.graph({ ...asked, skips: this.#varying }),
        ...controls.graphs({ ...asked, ...denoiser.additions }),
      ];
      if (fitTogether(graphs, this.#machine.limits, less.turns)) return less;
    }
    return { ...wish, single: wish.single || questions > 1, turns: wish.turns || guided };
  }
}
