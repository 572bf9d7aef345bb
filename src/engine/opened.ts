import { DrobeError } from '../errors';
import type { Lent } from '../nets/names/places';
import { Checkpoint } from '../pipeline/checkpoint';
import type { Machine } from '../runtime/device';
import type { Backend, Job, Parts, Progress } from './api';
import { borrowed, chosenLenders, complete, lackingIn, mayBorrow } from './loans';
import type { ModelRepository, Readable } from './model-repository';

/** A checkpoint, where it runs, and from which models it borrows parts. */
interface Opened {
  readonly id: string;
  readonly backend: Backend;
  readonly parts: Parts;
  readonly checkpoint: Checkpoint;
}

/** The checkpoint on the device, kept for the next picture. */
export class OpenedCheckpoint {
  readonly #models: ModelRepository;
  readonly #machines: Readonly<Record<Backend, () => Promise<Machine>>>;
  #current: Opened | null = null;

  constructor(models: ModelRepository, machines: Readonly<Record<Backend, () => Promise<Machine>>>) {
    this.#models = models;
    this.#machines = machines;
  }

  /** Opens the job's checkpoint, unless it is open already. @throws DrobeError 'missing-part', and those of the file */
  async open(
    { model: id, backend, parts: chosen = {} }: Job,
    signal: AbortSignal,
    report: (progress: Progress) => void,
  ): Promise<Opened> {
    const parts = await this.#lendersOf(id, chosen);
    const before = this.#current;
    const isSame = before && JSON.stringify(before.parts) === JSON.stringify(parts);
    if (before?.id === id && before.backend === backend && isSame) return before;
    await this.close();
    const opened = await this.#models.open(id, signal, (doneBytes, totalBytes) => {
      report({ kind: 'fetching', doneBytes, totalBytes });
    });
    const lenders: [Lent, Readable][] = [];
    for (const [part, lender] of borrowed(parts))
      lenders.push([part, await this.#models.open(lender, signal, () => undefined)]);
    const { inspected, weights } = complete(opened, lenders);
    const checkpoint = new Checkpoint(inspected.model, weights, await this.#machines[backend]());
    return (this.#current = { id, backend, parts, checkpoint });
  }

  /** Whether the open checkpoint is read from this model, or borrows from it. */
  reads(id: string): boolean {
    return this.#current !== null && [this.#current.id, ...Object.values(this.#current.parts)].includes(id);
  }

  /** Whether this model's checkpoint is open. */
  is(id: string): boolean {
    return this.#current?.id === id;
  }

  async close(): Promise<void> {
    const { checkpoint } = this.#current ?? {};
    this.#current = null;
    await checkpoint?.release();
  }

  /** Frees the device; the checkpoint stays open, and loads its nets again when they are asked for. */
  async release(): Promise<void> {
    await this.#current?.checkpoint.release();
  }

  /** Frees the device for another net, where the checkpoint leaves no room beside it. */
  async makeRoom(): Promise<void> {
    if (this.#current && !this.#current.checkpoint.resident) await this.release();
  }

  /** Closes what cannot be relied on after this error. */
  async distrust(thrown: unknown): Promise<void> {
    const code = thrown instanceof DrobeError ? thrown.code : null;
    // Repaired or imported again, it has other pieces than those that are open. Failing to close says less than this error.
    if (code === 'model-damaged') await this.close().catch(() => undefined);
    // The page goes on with another worker. While calls keep this one alive, it shall not hold on to memory.
    if (code === 'out-of-memory') void this.close().catch(() => undefined);
  }

  /** From which models a model borrows: the chosen ones, where that can be. @throws DrobeError 'missing-part' */
  async #lendersOf(id: string, chosen: Parts): Promise<Parts> {
    const entries = await this.#models.list();
    const model = entries.find((entry) => entry.id === id);
    if (!model || !('facts' in model) || !mayBorrow(model.facts)) return {};
    const headerOf = (other: string) => this.#models.header(other);
    return chosenLenders(await lackingIn(await headerOf(id), entries, headerOf), chosen);
  }
}
