/** Which of a checkpoint's nets stay on the device beside one that is to be opened, and which of them share one. */
import { roomFor, type Room } from '../../nets/memory';
import type { Machine } from '../../runtime/device';
import { SharedDevice } from '../../runtime/place';
import type { Weights } from '../../runtime/tensor-bytes';
import type { Controls } from '../guiding/controls';
import type { References } from '../guiding/references';
import type { MemorySavings } from '../job';
import type { Slot } from './slot';
import { noSavings } from './savings';

/** All nets that may be on the device. */
export interface AllNets {
  /** The checkpoint's own nets. */
  readonly own: readonly Slot[];
  /** Those of them that run in turn in the steps of one picture. */
  readonly inTurn: readonly Slot[];
  readonly controls: Controls;
  readonly references: References;
}

/** Decides for each net that is opened which others may stay on the device, and releases those that may not. */
export class DeviceMemory {
  readonly #machine: Machine;
  readonly #tensors: Weights['tensors'];
  readonly #nets: AllNets;
  /** Of the nets that hand residuals to each other in the steps. */
  readonly #steps: SharedDevice;
  /** What pictures are drawn without, to save memory. */
  savings: MemorySavings = noSavings;

  /** @param tensors the checkpoint's. */
  constructor(machine: Machine, tensors: Weights['tensors'], nets: AllNets) {
    this.#machine = machine;
    this.#tensors = tensors;
    this.#nets = nets;
    this.#steps = new SharedDevice(machine.openDevice);
  }

  /** Whether all nets stay on the device together. */
  get resident(): boolean {
    return this.together && !this.savings.apart;
  }

  /** Whether the weights of all nets are few enough for that. */
  get together(): boolean {
    return this.#neededWith(0).together;
  }

  /** How far nets are rounded, so that as many of them stay as can. */
  get rounding(): Room['rounding'] {
    return this.#neededWith(0).rounding;
  }

  /** @param bytes of weights that are there for a while. */
  #neededWith(bytes: number): Room {
    const { dtype } = this.#machine.target();
    const beside = this.#nets.controls.bytes + bytes;
    return roomFor(this.#tensors, dtype, this.savings.bits, beside);
  }

  /** Releases what cannot stay beside a net that is to be opened. */
  async makeRoomFor(slot: Slot): Promise<void> {
    const { references } = this.#nets;
    const passing = references.slots.includes(slot) ? references.bytes : 0;
    if (this.resident && this.#neededWith(passing).together) return;
    const staying = this.#beside(slot);
    for (const other of this.#all) if (!staying.includes(other)) await other.release();
  }

  /** Nets that guide, and the UNet beside them, share a device; all others have one of their own. */
  deviceFor(slot: Slot): SharedDevice | undefined {
    const shared = this.#nets.controls.stepping.length > 0 && this.#stepping.includes(slot);
    return shared ? this.#steps : undefined;
  }

  /** Releases all nets. */
  async releaseAll(): Promise<void> {
    for (const slot of this.#all) await slot.release();
  }

  get #all(): readonly Slot[] {
    const { own, controls, references } = this.#nets;
    return [...own, ...controls.slots, ...references.slots];
  }

  get #stepping(): readonly Slot[] {
    return [...this.#nets.inTurn, ...this.#nets.controls.stepping];
  }

  /** Nets that run in turn in the steps of one picture make no room for each other. */
  #beside(slot: Slot): readonly Slot[] {
    const { inTurn } = this.#nets;
    const stepping = this.#stepping;
    if (!stepping.includes(slot)) return [slot];
    if (!this.savings.turns) return stepping;
    return inTurn.includes(slot) ? inTurn : [slot];
  }
}
