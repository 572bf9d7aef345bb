import type { DeviceInfo } from '../../engine/api';
import type { Result } from '../album/result';
import { isUsable, type UsableModel } from '../models/entries';
import { Persisted, type KeyValueStorage } from '../settings/persisted.svelte';
import { Shared } from '../settings/shared.svelte';
import { cost, learnt, paceOf, pacesFrom, type Cost, type Pace, type Priced } from './cost';
import type { Device } from './device.svelte';
import type { ListModels } from './make';

const unmeasured = { webgpu: 0, wasm: 0 };

/** What it uses of the studio. */
interface StudioParts {
  readonly model: UsableModel | null;
  readonly device: Device;
}

/** How fast this machine was, and how long runs will take by that. */
export class Measured {
  /** How fast weights were read last, in bytes a second, by backend; 0 where not measured. */
  readonly rates: Persisted<Record<DeviceInfo['backend'], number>>;
  /** How fast pictures were drawn, in any tab. */
  readonly paces: Shared<readonly Pace[]>;
  readonly #studio: StudioParts;
  readonly #listModels: ListModels;

  /** @param storage storage of this tab. @param common storage of all tabs. */
  constructor(
    studio: StudioParts,
    listModels: ListModels,
    storage: KeyValueStorage | null,
    common: KeyValueStorage | null,
  ) {
    this.#studio = studio;
    this.#listModels = listModels;
    this.rates = new Persisted('rates', unmeasured, (found) => found, storage);
    this.paces = new Shared('paces', common, pacesFrom);
  }

  /** Notes how fast weights were read. @param rate bytes a second. */
  read(rate: number): void {
    const device = this.#studio.device.current;
    if (device) this.rates.current[device.backend] = rate;
  }

  /** Notes how fast a picture was drawn. */
  drew(result: Result): void {
    const pace = paceOf(result);
    if (pace) this.paces.change((paces) => learnt(paces, pace));
  }

  /** What these runs will take, one after the other. */
  cost(requests: readonly Priced[]): Cost {
    const {
      model,
      device: { current: device },
    } = this.#studio;
    const models = [model, ...this.#listModels()].filter((one) => one !== null).filter(isUsable);
    return cost(requests, {
      paces: this.paces.current,
      rates: this.rates.current,
      device,
      facts: (id) => models.find((one) => one.id === id)?.facts ?? null,
    });
  }
}
