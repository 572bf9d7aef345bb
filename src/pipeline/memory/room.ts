/** Which of a checkpoint's nets stay on the device beside one that is to be opened, and which of them share one. */
import { roomFor, type Room as Needed } from '../../nets/memory';
import type { Machine } from '../../runtime/device';
import { SharedDevice } from '../../runtime/place';
import type { Weights } from '../../runtime/session';
import type { Controls } from '../guiding/controls';
import type { References } from '../guiding/references';
import type { Thrift } from '../job';
import type { Slot } from './slot';
import { nothingSaved } from './thrift';

/** All that may be on the device. */
export interface Tenants {
  /** The checkpoint's own nets. */
  readonly own: readonly Slot[];
  /** Those of them that run in turn in the steps of one picture. */
  readonly inTurn: readonly Slot[];
  readonly controls: Controls;
  readonly references: References;
}

export class Room {
  readonly #machine: Machine;
  readonly #tensors: Weights['tensors'];
  readonly #tenants: Tenants;
  /** Of the nets that hand residuals to each other in the steps. */
  readonly #steps: SharedDevice;
  /** How little memory pictures are drawn with. */
  thrift: Thrift = nothingSaved;

  /** @param tensors the checkpoint's. */
  constructor(machine: Machine, tensors: Weights['tensors'], tenants: Tenants) {
    this.#machine = machine;
    this.#tensors = tensors;
    this.#tenants = tenants;
    this.#steps = new SharedDevice(machine.openDevice);
  }

  /** Whether all nets stay on the device together. */
  get resident(): boolean {
    return this.together && !this.thrift.apart;
  }

  /** Whether the weights of all nets are few enough for that. */
  get together(): boolean {
    return this.#neededWith(0).together;
  }

  /** How far nets are rounded, so that as many of them stay as can. */
  get rounding(): Needed['rounding'] {
    return this.#neededWith(0).rounding;
  }

  /** @param bytes of weights that are there for a while. */
  #neededWith(bytes: number): Needed {
    const { dtype } = this.#machine.target();
    const beside = this.#tenants.controls.bytes + bytes;
    return roomFor(this.#tensors, dtype, this.thrift.bits, beside);
  }

  /** Releases what cannot stay beside a net that is to be opened. */
  async makeFor(slot: Slot): Promise<void> {
    const { references } = this.#tenants;
    const passing = references.slots.includes(slot) ? references.bytes : 0;
    if (this.resident && this.#neededWith(passing).together) return;
    const staying = this.#beside(slot);
    for (const other of this.#all) if (!staying.includes(other)) await other.release();
  }

  /** Nets that guide, and the UNet beside them, share a device; all others have one of their own. */
  deviceFor(slot: Slot): SharedDevice | undefined {
    const shared = this.#tenants.controls.stepping.length > 0 && this.#stepping.includes(slot);
    return shared ? this.#steps : undefined;
  }

  /** Releases all. */
  async clear(): Promise<void> {
    for (const slot of this.#all) await slot.release();
  }

  get #all(): readonly Slot[] {
    const { own, controls, references } = this.#tenants;
    return [...own, ...controls.slots, ...references.slots];
  }

  get #stepping(): readonly Slot[] {
    return [...this.#tenants.inTurn, ...this.#tenants.controls.stepping];
  }

  /** Nets that run in turn in the steps of one picture make no room for each other. */
  #beside(slot: Slot): readonly Slot[] {
    const { inTurn } = this.#tenants;
    const stepping = this.#stepping;
    if (!stepping.includes(slot)) return [slot];
    if (!this.thrift.turns) return stepping;
    return inTurn.includes(slot) ? inTurn : [slot];
  }
}
