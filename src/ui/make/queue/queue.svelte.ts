import { endsEngine, type DrobeError, type ErrorCode } from '../../../errors';
import type { RunRequest, Group, Order, UnfinishedRun } from '../../album/stored';
import type { Result } from '../../album/result';
import type { Changes } from '../../controls/changes.svelte';
import { words } from '../../words/language.svelte';
import { OrderListeners, type OrderListener } from './listeners';
import { restOf, type RunListener } from '../make';
import type { After, Ending } from '../../run/runner.svelte';

/** An order that failed while others waited: it can be tried again. */
export interface Failure {
  /** What is left of it. */
  readonly order: Order;
  readonly error: DrobeError;
}

/** What the queue needs from outside: somebody who draws orders, and stores those that wait. */
export interface QueueHost {
  /** Draws an order. @param before what was stored of it, where it is resumed. */
  draw(order: Order, listener: RunListener, before?: UnfinishedRun): Promise<Ending>;
  /** Called when a run is over and none follows it. */
  rest(): void;
  /** The next run of Generate forever; null where it cannot go on. */
  next(): RunRequest | null;
  /** Whether Generate forever can go on. */
  readonly endless: boolean;
  /** Whether its pictures would be the same one. */
  readonly alike: boolean;
  /** Stores more orders. @param sequence the ids of all that wait. */
  wait(orders: readonly Order[], sequence: readonly string[]): Promise<void>;
  /** Stores the order of all that wait. @param gone the ids of those that no longer do. */
  resequence(sequence: readonly string[], gone: readonly string[]): Promise<void>;
  /** Why nothing can be stored; null where it can. */
  readonly unkept: DrobeError | null;
}

/** Errors after which the next order would fail in the same way. */
const FAILS_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['model-gone', 'model-damaged', 'quota', 'storage'] as const),
  ...(['file-locked', 'file-moved', 'file-changed', 'file-unreadable'] as const),
  ...(['device-lost', 'engine-crashed', 'app-damaged', 'offline'] as const),
]);

/** What is drawn next. `before`: what was stored of it, where it is resumed. */
interface Next {
  readonly order: Order;
  readonly before?: UnfinishedRun | undefined;
  /** It waited in the queue, and stays stored as waiting until it has begun: else it could be lost with the page. */
  readonly waited: boolean;
}

/** Orders that wait while a picture is drawn, and are drawn one after the other. */
export class Queue implements After {
  /** The next one first. */
  waiting = $state.raw<readonly Order[]>([]);
  /** The order being drawn; null also while something else is done, such as enlarging a picture. */
  current = $state.raw<Order | null>(null);
  /** Whether the queue stops when the current run has ended. */
  held = $state(false);
  /** Whether another picture is drawn when the queue is empty: Generate forever. */
  forever = $state(false);
  failures = $state.raw<readonly Failure[]>([]);
  /** Whether something is being done. */
  working = $state(false);
  /** How many pictures will follow; null for Generate forever. */
  readonly toCome = $derived.by(() => {
    if (this.held) return 0;
    return this.forever ? null : this.waiting.reduce((sum, { settings }) => sum + settings.count, 0);
  });
  readonly #host: QueueHost;
  readonly #changes: Changes;
  readonly #listeners = new OrderListeners();
  readonly #newId: () => string;
  /** Drawn before all that waits. */
  #first: Next | null = null;
  /** Id of the current order, while it is still stored as waiting. */
  #beginning: string | null = null;
  /** Why nothing could be stored when work began. */
  #unkept: DrobeError | null = null;

  /** @param changes told of what can be undone. */
  constructor(host: QueueHost, changes: Changes, newId: () => string) {
    this.#host = host;
    this.#changes = changes;
    this.#newId = newId;
  }

  /**
   * Adds orders at the end, and begins with them where nothing is being drawn and the queue is not held.
   * @param cells the cell of the group that each order is for.
   * @returns their pictures, once all of them have ended.
   */
  async add(
    requests: readonly RunRequest[],
    { group, cells = [] }: { readonly group?: Group; readonly cells?: readonly string[] } = {},
  ): Promise<readonly Result[]> {
    const orders = requests.map((request, i): Order => {
      const cell = cells[i];
      return { ...this.#order(request), ...(group && { group }), ...(cell !== undefined && { cell }) };
    });
    this.#put(this.waiting.length, orders);
    const results = this.#listeners.results(orders.map(({ id }) => id));
    if (!this.held) void this.#work();
    return results;
  }

  /** Tells a listener of a group's orders, also those of an earlier visit. @returns a function that ends this. */
  follow(group: string, told: OrderListener): () => void {
    return this.#listeners.follow(group, told);
  }

  /** Whether the queue waits until somebody presses Go on. */
  get paused(): boolean {
    return this.waiting.length > 0 && (this.held || !this.working);
  }

  /** Whether the queue would be lost with the page. */
  get isAtRisk(): boolean {
    return this.waiting.length > 0 && this.#host.unkept !== null;
  }

  /** The orders of a group that wait. */
  of(group: string): readonly Order[] {
    return this.waiting.filter((order) => order.group?.id === group);
  }

  /** Draws this at once, if nothing is being done; then the queue goes on, unless it is held. */
  async begin(request: RunRequest, before?: UnfinishedRun): Promise<void> {
    if (this.working) return;
    this.#first = { order: this.#order(request, before?.id), before, waited: false };
    await this.#work();
  }

  /** Does something other than an order, if nothing is being done; orders added meanwhile wait. */
  async meanwhile(work: () => Promise<unknown>): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      await work();
    } finally {
      this.working = false;
      await this.#work();
    }
  }

  /** Brings back the orders of a page that was closed. They are held until somebody presses Go on. */
  bringBack(orders: readonly Order[]): void {
    if (orders.length === 0) return;
    this.waiting = [...orders, ...this.waiting];
    this.held = true;
    void this.#host.resequence(this.#sequence, []);
  }

  /** Stops the queue after the current run. */
  hold(): void {
    this.held = true;
    this.forever = false;
  }

  async goOn(): Promise<void> {
    this.held = false;
    await this.#work();
  }

  /** Moves an order to another place; 0 is drawn next. */
  move(order: Order, to: number): void {
    const at = this.waiting.indexOf(order);
    const place = Math.max(0, Math.min(to, this.waiting.length - 1));
    if (at < 0 || at === place) return;
    this.waiting = this.waiting.toSpliced(at, 1).toSpliced(place, 0, order);
    void this.#host.resequence(this.#sequence, []);
  }

  /** Removes orders; this can be undone. */
  remove(orders: readonly Order[]): void {
    const before = this.waiting;
    const gone = before.filter((order) => orders.includes(order));
    const [first] = gone;
    if (!first) return;
    this.waiting = before.filter((order) => !gone.includes(order));
    if (this.waiting.length === 0) this.held = false;
    const ids = gone.map(({ id }) => id);
    void this.#host.resequence(this.#sequence, ids);
    this.#changes.add({
      words: words.queue.removed(gone.length, first.settings.prompt),
      undo: () => this.#restore(gone, before),
    });
    for (const order of gone) this.#listeners.ended(order, { kind: 'removed' });
  }

  /** Adds what is left of a failed order again. */
  retry(failure: Failure): void {
    this.#drop(failure);
    this.#put(this.waiting.length, [failure.order]);
    if (!this.held) void this.#work();
  }

  /** Offers it no more; this can be undone. */
  dismiss(failure: Failure): void {
    this.#drop(failure);
    this.#changes.add({
      words: words.queue.removed(1, failure.order.settings.prompt),
      undo: () => (this.failures = [...this.failures, failure]),
    });
  }

  #drop(failure: Failure): void {
    this.failures = this.failures.filter((other) => other !== failure);
  }

  /** Whether another run follows one that ended so. An error that would fail all orders holds the queue. */
  follows(error: DrobeError | null): boolean {
    const { unkept } = this.#host;
    const full = unkept?.code === 'quota' && unkept !== this.#unkept;
    if (full || (error && FAILS_ALL.has(error.code))) this.#stop();
    if (this.held) return false;
    return this.waiting.length > 0 || (this.forever && this.#host.endless);
  }

  /** Whether Generate forever ends because its pictures would be the same one. */
  get alike(): boolean {
    return this.forever && this.#host.alike;
  }

  #stop(): void {
    this.held = this.waiting.length > 0;
    this.forever = false;
  }

  async #work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.#unkept = this.#host.unkept;
    try {
      for (let next = this.#take(); next; next = this.#take()) await this.#draw(next);
    } finally {
      this.working = false;
      this.#host.rest();
    }
  }

  #take(): Next | null {
    const first = this.#first;
    this.#first = null;
    if (first) return first;
    if (this.held) return null;
    const [order, ...waiting] = this.waiting;
    this.waiting = waiting;
    if (order) return { order, waited: true };
    const request = this.forever ? this.#host.next() : null;
    this.forever = request !== null;
    return request && { order: this.#order(request), waited: false };
  }

  async #draw({ order, before, waited }: Next): Promise<void> {
    this.current = order;
    this.#beginning = waited ? order.id : null;
    let made = 0;
    const ending = await this.#host.draw(
      order,
      {
        begun: () => this.#begun(),
        made: (result) => {
          made++;
          this.#listeners.made(order, result);
        },
      },
      before,
    );
    this.#begun();
    this.current = null;
    if (ending.kind === 'failed')
      this.#keep({ order: { ...order, settings: restOf(order.settings, made) }, error: ending.error });
    this.#listeners.ended(order, ending);
  }

  /** The current order is stored as a run from now on, or has ended: it no longer waits. */
  #begun(): void {
    if (this.#beginning === null) return;
    const gone = [this.#beginning];
    this.#beginning = null;
    void this.#host.resequence(this.#sequence, gone);
  }

  /** Keeps a failed order where others wait: to be tried again, or, if the queue is held, as the first of it. */
  #keep(failure: Failure): void {
    const alone = this.waiting.length === 0 && !this.forever;
    // A run that the engine left unfinished is offered elsewhere.
    if (alone || endsEngine(failure.error)) return;
    if (this.held) this.#put(0, [failure.order]);
    else this.failures = [...this.failures, failure];
  }

  #order({ settings, inputs }: RunRequest, id = this.#newId()): Order {
    return { id, settings, inputs };
  }

  #put(at: number, orders: readonly Order[]): void {
    this.waiting = this.waiting.toSpliced(at, 0, ...orders);
    void this.#host.wait(orders, this.#sequence);
  }

  /** Puts removed orders back in their places. If nothing is being done, the queue is held. */
  #restore(orders: readonly Order[], before: readonly Order[]): void {
    const now = this.waiting;
    const still = before.filter((order) => orders.includes(order) || now.includes(order));
    this.waiting = [...still, ...now.filter((order) => !before.includes(order))];
    if (!this.working) this.held = true;
    void this.#host.wait(orders, this.#sequence);
  }

  /** The ids of all orders that are stored as waiting. */
  get #sequence(): readonly string[] {
    const ids = this.waiting.map(({ id }) => id);
    return this.#beginning === null ? ids : [this.#beginning, ...ids];
  }
}
