import { endsEngine, type DrobeError, type ErrorCode } from '../../../errors';
import type { Errand, Group, Order, Unfinished } from '../../album/kept';
import type { Result } from '../../album/result';
import type { Changes } from '../../controls/changes.svelte';
import { words } from '../../words/language.svelte';
import { Audience, type Told } from './audience';
import { restOf, type Telling } from '../make';
import type { After, Ending } from '../../run/runner.svelte';

/** An order that failed while others waited: it can be tried again. */
export interface Failure {
  /** What is left of it. */
  readonly order: Order;
  readonly error: DrobeError;
}

/** What the queue needs of those who draw and keep. */
export interface Hands {
  /** Draws an order, or goes on with what is known of it. */
  draw(order: Order, telling: Telling, before?: Unfinished): Promise<Ending>;
  /** Nothing follows a run after all. */
  rest(): void;
  /** What is drawn where nothing waits and there is no end to it; null where that cannot be. */
  next(): Errand | null;
  /** Whether it can. */
  readonly endless: boolean;
  /** Has more orders outlast the page. @param sequence the ids of all that wait. */
  wait(orders: readonly Order[], sequence: readonly string[]): Promise<void>;
  /** @param gone the ids of those that do not wait any more. */
  resequence(sequence: readonly string[], gone: readonly string[]): Promise<void>;
  /** Why nothing is kept, if so. */
  readonly unkept: DrobeError | null;
}

/** After these, the next order would fail in the same way. */
const FAILS_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['model-gone', 'model-damaged', 'quota', 'storage'] as const),
  ...(['file-locked', 'file-moved', 'file-changed', 'file-unreadable'] as const),
  ...(['device-lost', 'engine-crashed', 'app-damaged', 'offline'] as const),
]);

/** What is drawn next, and what is known of it where it goes on. */
interface Next {
  readonly order: Order;
  readonly before?: Unfinished | undefined;
  /** It waited, and goes on being kept as such until it has begun: else the page could lose it. */
  readonly waited: boolean;
}

/** Orders that wait while a picture is drawn. One is drawn after the other. */
export class Queue implements After {
  /** The next one first. */
  waiting = $state.raw<readonly Order[]>([]);
  /** What is being drawn; null also where that is something that is never waited for, as a picture made larger. */
  current = $state.raw<Order | null>(null);
  /** Whether what waits goes on doing so when the run in work has ended. */
  held = $state(false);
  /** Whether another picture is drawn when nothing waits any more. */
  forever = $state(false);
  failures = $state.raw<readonly Failure[]>([]);
  /** Whether something is in work. */
  working = $state(false);
  /** Pictures of what will follow; null where there is no end to them. */
  readonly toCome = $derived.by(() => {
    if (this.held) return 0;
    return this.forever ? null : this.waiting.reduce((sum, { settings }) => sum + settings.count, 0);
  });
  readonly #hands: Hands;
  readonly #changes: Changes;
  readonly #audience = new Audience();
  readonly #newId: () => string;
  /** What is drawn before all that waits. */
  #first: Next | null = null;
  /** The order in work, while it is kept as one that waits. */
  #beginning: string | null = null;
  /** Why nothing was kept when it began. */
  #unkept: DrobeError | null = null;

  /** @param changes told of what can be taken back. */
  constructor(hands: Hands, changes: Changes, newId: () => string) {
    this.#hands = hands;
    this.#changes = changes;
    this.#newId = newId;
  }

  /**
   * More orders wait, behind the others. Where nothing is in work and nothing is held, they are begun.
   * @param cells which of the group each is.
   * @returns their pictures, when none of them waits or is in work any more.
   */
  async add(
    errands: readonly Errand[],
    { group, cells = [] }: { readonly group?: Group; readonly cells?: readonly string[] } = {},
  ): Promise<readonly Result[]> {
    const orders = errands.map((errand, i): Order => {
      const cell = cells[i];
      return { ...this.#order(errand), ...(group && { group }), ...(cell !== undefined && { cell }) };
    });
    this.#put(this.waiting.length, orders);
    const results = this.#audience.results(orders.map(({ id }) => id));
    if (!this.held) void this.#work();
    return results;
  }

  /** Tells of the orders of a group, those of an earlier visit too. Gives a way to stop it. */
  follow(group: string, told: Told): () => void {
    return this.#audience.follow(group, told);
  }

  /** Whether what waits does so until somebody has it go on. */
  get paused(): boolean {
    return this.waiting.length > 0 && (this.held || !this.working);
  }

  /** Whether what waits would be lost with the page. */
  get isAtRisk(): boolean {
    return this.waiting.length > 0 && this.#hands.unkept !== null;
  }

  /** Of a group, what waits. */
  of(group: string): readonly Order[] {
    return this.waiting.filter((order) => order.group?.id === group);
  }

  /** Where nothing is in work, draws this at once. What waits comes after it, or goes on waiting where it is held. */
  async begin(errand: Errand, before?: Unfinished): Promise<void> {
    if (this.working) return;
    this.#first = { order: this.#order(errand, before?.id), before, waited: false };
    await this.#work();
  }

  /** Where nothing is in work, does something else than an order. What is asked for meanwhile waits. */
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

  /** What waited when its page went waits again, until somebody has it go on. */
  bringBack(orders: readonly Order[]): void {
    if (orders.length === 0) return;
    this.waiting = [...orders, ...this.waiting];
    this.held = true;
    void this.#hands.resequence(this.#sequence, []);
  }

  /** The run in work is the last one, for now. */
  hold(): void {
    this.held = true;
    this.forever = false;
  }

  async goOn(): Promise<void> {
    this.held = false;
    await this.#work();
  }

  /** To another place among those that wait; 0 is the next to be drawn. */
  move(order: Order, to: number): void {
    const at = this.waiting.indexOf(order);
    const place = Math.max(0, Math.min(to, this.waiting.length - 1));
    if (at < 0 || at === place) return;
    this.waiting = this.waiting.toSpliced(at, 1).toSpliced(place, 0, order);
    void this.#hands.resequence(this.#sequence, []);
  }

  /** These do not wait any more; they can be brought back. */
  remove(orders: readonly Order[]): void {
    const before = this.waiting;
    const gone = before.filter((order) => orders.includes(order));
    const [first] = gone;
    if (!first) return;
    this.waiting = before.filter((order) => !gone.includes(order));
    if (this.waiting.length === 0) this.held = false;
    const ids = gone.map(({ id }) => id);
    void this.#hands.resequence(this.#sequence, ids);
    this.#changes.add({
      words: words.queue.removed(gone.length, first.settings.prompt),
      undo: () => this.#restore(gone, before),
    });
    for (const order of gone) this.#audience.ended(order, { kind: 'removed' });
  }

  /** What is left of it waits again. */
  retry(failure: Failure): void {
    this.dismiss(failure);
    this.#put(this.waiting.length, [failure.order]);
    if (!this.held) void this.#work();
  }

  dismiss(failure: Failure): void {
    this.failures = this.failures.filter((other) => other !== failure);
  }

  /** Asked when a run has ended so. What would fail all that waits holds it. */
  follows(error: DrobeError | null): boolean {
    const { unkept } = this.#hands;
    const full = unkept?.code === 'quota' && unkept !== this.#unkept;
    if (full || (error && FAILS_ALL.has(error.code))) this.#stop();
    if (this.held) return false;
    return this.waiting.length > 0 || (this.forever && this.#hands.endless);
  }

  #stop(): void {
    this.held = this.waiting.length > 0;
    this.forever = false;
  }

  async #work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.#unkept = this.#hands.unkept;
    try {
      for (let next = this.#take(); next; next = this.#take()) await this.#draw(next);
    } finally {
      this.working = false;
      this.#hands.rest();
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
    const errand = this.forever ? this.#hands.next() : null;
    this.forever = errand !== null;
    return errand && { order: this.#order(errand), waited: false };
  }

  async #draw({ order, before, waited }: Next): Promise<void> {
    this.current = order;
    this.#beginning = waited ? order.id : null;
    let made = 0;
    const ending = await this.#hands.draw(
      order,
      {
        begun: () => this.#begun(),
        made: (result) => {
          made++;
          this.#audience.made(order, result);
        },
      },
      before,
    );
    this.#begun();
    this.current = null;
    if (ending.kind === 'failed')
      this.#keep({ order: { ...order, settings: restOf(order.settings, made) }, error: ending.error });
    this.#audience.ended(order, ending);
  }

  /** The order in work outlasts the page as a run from now on, or has ended. */
  #begun(): void {
    if (this.#beginning === null) return;
    const gone = [this.#beginning];
    this.#beginning = null;
    void this.#hands.resequence(this.#sequence, gone);
  }

  /** Where others wait, what has failed is not forgotten: it is to be tried again, or the first that is drawn once they go on. */
  #keep(failure: Failure): void {
    const alone = this.waiting.length === 0 && !this.forever;
    // What the engine has left unfinished is offered elsewhere.
    if (alone || endsEngine(failure.error)) return;
    if (this.held) this.#put(0, [failure.order]);
    else this.failures = [...this.failures, failure];
  }

  #order({ settings, desk }: Errand, id = this.#newId()): Order {
    return { id, settings, desk };
  }

  #put(at: number, orders: readonly Order[]): void {
    this.waiting = this.waiting.toSpliced(at, 0, ...orders);
    void this.#hands.wait(orders, this.#sequence);
  }

  /** What was taken out waits again where it did; where nothing is in work, until somebody has it go on. */
  #restore(orders: readonly Order[], before: readonly Order[]): void {
    const now = this.waiting;
    const still = before.filter((order) => orders.includes(order) || now.includes(order));
    this.waiting = [...still, ...now.filter((order) => !before.includes(order))];
    if (!this.working) this.held = true;
    void this.#hands.wait(orders, this.#sequence);
  }

  /** The ids of all that are kept as waiting. */
  get #sequence(): readonly string[] {
    const ids = this.waiting.map(({ id }) => id);
    return this.#beginning === null ? ids : [this.#beginning, ...ids];
  }
}
