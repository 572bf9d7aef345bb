import type { DeviceInfo } from '../../engine/api';
import type { Result } from '../album/result';
import { isUsable, type UsableModel } from '../models/entries';
import { Persisted, type Shelf } from '../settings/persisted.svelte';
import { Shared } from '../settings/shared.svelte';
import { cost, learnt, paceOf, pacesFrom, type Cost, type Pace, type Priced } from './cost';
import type { Here } from './make';

const unmeasured = { webgpu: 0, wasm: 0 };

/** The table that is drawn on. */
interface Table {
  readonly model: UsableModel | null;
  readonly device: DeviceInfo | null;
}

/** How fast this machine was, and what is to be expected of it. */
export class Measured {
  /** Bytes of weights a second that were last read, by where nets ran; 0 where none were. */
  readonly rates: Persisted<Record<DeviceInfo['backend'], number>>;
  /** How fast pictures came, in whichever tab. */
  readonly paces: Shared<readonly Pace[]>;
  readonly #table: Table;
  readonly #here: Here;

  /** @param shelf of this tab. @param common of all. */
  constructor(table: Table, here: Here, shelf: Shelf | null, common: Shelf | null) {
    this.#table = table;
    this.#here = here;
    this.rates = new Persisted('rates', unmeasured, (found) => found, shelf);
    this.paces = new Shared('paces', common, pacesFrom);
  }

  /** Weights were read so fast, in bytes a second. */
  read(rate: number): void {
    const { device } = this.#table;
    if (device) this.rates.current[device.backend] = rate;
  }

  /** A picture was drawn. */
  drew(result: Result): void {
    const pace = paceOf(result);
    if (pace) this.paces.change((paces) => learnt(paces, pace));
  }

  /** What these will take, one after the other. */
  cost(errands: readonly Priced[]): Cost {
    const { model, device } = this.#table;
    const models = [model, ...this.#here()].filter((one) => one !== null).filter(isUsable);
    return cost(errands, {
      paces: this.paces.current,
      rates: this.rates.current,
      device,
      facts: (id) => models.find((one) => one.id === id)?.facts ?? null,
    });
  }
}
