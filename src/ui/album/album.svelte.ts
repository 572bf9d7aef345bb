import { DrobeError } from '../../errors';
import type { Change, Changes } from '../controls/changes.svelte';
import { thumbnailOf } from '../files/thumbnail';
import type { Desk } from '../paint/desk';
import type { Shelf } from '../settings/persisted.svelte';
import { words } from '../words/language.svelte';
import { cardOf, ousted, type Card, type Filed, type Marks, type Stars } from './card';
import { at, byMarks, laid, without } from './cards';
import { bring, type Bringing } from './bring';
import { DeskMemory } from './desk-memory';
import type { Drawer } from './drawer/drawer';
import type { Beside } from './drawer/pictures';
import { Inflow } from './inflow';
import type { Ended, Errand, Kept, News, Removal, Unfinished } from './kept';
import type { Result } from './result';
import { Room } from './room.svelte';
import { Runs, type Entry } from './runs.svelte';
import { Storing } from './storing.svelte';
import { Waits } from './waits';
import { RECENT, Wholes } from './wholes.svelte';

/** Places of pictures that could not be kept: behind those of all others. */
const UNKEPT = 2 ** 40;

/**
 * The pictures that were made or brought, as many as there is room for: a card of each, the newest few of them whole, and any
 * other when it is asked for.
 */
export class Album {
  /** Newest first. */
  cards = $state.raw<readonly Filed[]>([]);
  /** Bytes of the pictures. */
  readonly bytes = $derived(this.cards.reduce((sum, { bytes }) => sum + bytes, 0));
  /** How many are kept, and for how many more there is room. */
  readonly room: Room;
  /** Runs that wait. */
  readonly waits: Waits;

  readonly #storing: Storing;
  readonly #wholes: Wholes;
  readonly #runs: Runs;
  readonly #desk: DeskMemory;
  readonly #changes: Changes;
  /** What is out of sight and can be brought back, and what was said of it. */
  #removals: readonly { readonly removal: Removal; readonly change: Change }[] = [];
  #unkept = 0;

  /**
   * @param drawer null where nothing is to be kept. @param changes told of what can be taken back.
   * @param common where the choices of all tabs lie.
   */
  constructor(drawer: Drawer | null, changes: Changes, common: Shelf | null = null) {
    this.#storing = new Storing(drawer);
    this.#wholes = new Wholes(this.#storing);
    this.#desk = new DeskMemory(this.#storing);
    this.room = new Room(this.#storing, common);
    this.waits = new Waits(this.#storing);
    this.#runs = new Runs(this.#storing, {
      keep: (work) => this.#keep(() => work(this.room.most)),
      made: (picture, ended) => this.#made(picture, ended),
    });
    this.#changes = changes;
  }

  /** The newest few, whole, newest first. */
  get results(): readonly Result[] {
    return this.#wholes.recent;
  }

  /** Runs that were in work when their page went. */
  get unfinished(): readonly Unfinished[] {
    return this.#runs.unfinished;
  }

  /** Why something is not kept: it is there for this visit only. */
  get failure(): DrobeError | null {
    return this.#storing.failure;
  }

  /** Whether there is something that would go with the page. */
  get isAtRisk(): boolean {
    return this.failure !== null && (this.#desk.isLost || this.#wholes.hasUnkept);
  }

  /** Takes out what earlier visits left, and gives the desk. */
  async open(): Promise<Desk | null> {
    this.#storing.drawer?.watch((news) => void this.#heard(news));
    const cards = await this.#storing.attempt((drawer) => drawer.pictures.cards());
    if (!cards) return null;
    this.#lay(cards);
    await this.#fill();
    const desk = await this.#storing.attempt((drawer) => drawer.desks.take());
    await this.#runs.open();
    void this.#tidy();
    return desk;
  }

  /** Remembers what lies on the desk, a moment after it was last told; gives a way not to. */
  remember(desk: Desk): () => void {
    return this.#desk.remember(desk);
  }

  /** Remembers at once what is still to be remembered: the page may go. */
  rememberNow(): void {
    this.#desk.rememberNow();
  }

  /** The page goes, and with it what could be undone. */
  leave(): void {
    void this.#erase(this.#removals.map(({ removal }) => removal));
  }

  /** Begins a run that shall outlast the page, or goes on with one. Gives what is to be told of it. */
  begin(errand: Errand, before?: Unfinished): Promise<Entry> {
    return this.#runs.begin(errand, before);
  }

  drop(unfinished: Unfinished): Promise<void> {
    return this.#runs.drop(unfinished);
  }

  /** Any picture with all that made it; null where it is gone. */
  async whole(place: number): Promise<Result | null> {
    await this.#wholes.load([place]);
    return this.#wholes.open(place) ?? null;
  }

  /** Where a picture lies: what its card says. */
  placeOf(result: Result): number {
    return this.#wholes.placeOf(result);
  }

  /** Whether a picture is still there to be shown. */
  has(result: Result): boolean {
    return this.#wholes.has(result);
  }

  /** A picture at most 256 pixels wide and high; null where it is gone. */
  async thumbnail(place: number): Promise<Blob | null> {
    const kept = this.#wholes.isUnkept(place)
      ? null
      : await this.#storing.attempt((drawer) => drawer.pictures.thumbnail(place));
    const whole = this.#wholes.at(place);
    if (kept || !whole) return kept;
    return thumbnailOf(whole.itself).catch(() => whole.itself.blob);
  }

  /** Gives pictures so many stars. */
  star(places: readonly number[], stars: Stars): Promise<void> {
    return this.#mark(places, { stars }, words.album.starred(places.length, stars));
  }

  /** Puts pictures into a folder; an empty name: into none. */
  file(places: readonly number[], folder: string): Promise<void> {
    return this.#mark(places, { folder }, words.album.filed(places.length, folder));
  }

  /** Deletes pictures, for good unless they are brought back. */
  async remove(places: readonly number[]): Promise<void> {
    const there = at(this.cards, places).map(({ place }) => place);
    if (there.length > 0) await this.#remove(there, words.changes.deleted(there.length));
  }

  /** All pictures are thrown away, but those made of what another tab works on: so many are left. */
  async clear(): Promise<number> {
    const places = this.cards.map(({ place }) => place);
    const used = (await this.#storing.attempt((drawer) => drawer.pictures.usedElsewhere(places))) ?? [];
    await this.remove(without(this.cards, used).map(({ place }) => place));
    return used.length;
  }

  /**
   * Takes in pictures that were made elsewhere, file by file, with their recipes; those that are here already are counted. Tells
   * after each how far it is; whoever stops asking stops it, and what was taken in by then stays. All of it is undone at once.
   */
  async *bring(
    files: Iterable<File> | AsyncIterable<File>,
    folder = '',
  ): AsyncGenerator<Bringing, void, void> {
    const brought = new Inflow(this.cards, (cards) => {
      this.#lay(cards);
      void this.#fill();
    });
    try {
      yield* bring(files, {
        isKnown: (hash) => brought.isKnown(hash),
        take: async ({ picture, ...beside }) => brought.add(await this.#takeIn(picture, beside, folder)),
      });
    } finally {
      brought.lay();
      const { places } = brought;
      if (places.length > 0)
        this.#changes.add({
          words: words.album.brought(places.length),
          undo: () => void this.remove(places),
        });
      void this.room.look(this.bytes, this.cards.length);
    }
  }

  /** Those that will make room when so many more are made, oldest first. */
  going(more: number): readonly Card[] {
    const { most } = this.room;
    return ousted(this.cards, most === null ? null : Math.max(most - more, 0));
  }

  /** A picture that was just made. Others may make room, and can be brought back. */
  #made(picture: Kept, ended: Ended | null): Result {
    const card = ended?.card ?? this.#unkeptCard(picture);
    const result = this.#wholes.add(card.place, picture, ended !== null);
    this.#lay([card]);
    this.#settle();
    const { removal, places } = ended
      ? { removal: ended.ousted, places: ended.ousted?.places ?? [] }
      : { removal: null, places: this.going(0).map((going) => going.place) };
    if (places.length > 0) this.#tookAway(places, removal, words.changes.ousted(places.length));
    void this.room.look(this.bytes, this.cards.length);
    return result;
  }

  /** A picture that was brought; it makes no other go. @throws DrobeError where it cannot be kept. */
  async #takeIn(picture: Kept, beside: Beside, folder: string): Promise<Filed> {
    if (!this.#storing.drawer) {
      const card = this.#unkeptCard(picture, { ...beside, folder });
      this.#wholes.add(card.place, picture, false);
      return card;
    }
    const ended = await this.#keep((drawer) => drawer.pictures.add(picture, { most: null, beside, folder }));
    if (!ended) throw this.failure ?? new DrobeError('storage', { reason: 'nothing can be kept' });
    return ended.card;
  }

  /** The card of a picture that lies in no drawer. */
  #unkeptCard(picture: Kept, more: Partial<Filed> = {}): Filed {
    const place = UNKEPT + ++this.#unkept;
    const facts = { made: picture.made ?? Date.now(), hash: null, uses: [] };
    return { ...cardOf(place, picture, facts), ...more };
  }

  async #remove(places: readonly number[], told: string): Promise<void> {
    const kept = places.filter((place) => !this.#wholes.isUnkept(place));
    const removal =
      kept.length > 0 ? await this.#storing.attempt((drawer) => drawer.pictures.remove(kept)) : null;
    this.#tookAway(places, removal, told);
    await this.#fill();
  }

  /** Pictures are out of sight, until they are brought back or that can no longer be. */
  #tookAway(places: readonly number[], removal: Removal | null, told: string): void {
    const cards = at(this.cards, places);
    const unkept = this.#wholes.takeAway(places).map((result) => [this.placeOf(result), result] as const);
    this.cards = without(this.cards, places);
    const change: Change = {
      words: told,
      undo: () => {
        for (const [place, { url: _, number: __, ...picture }] of unkept)
          this.#wholes.add(place, picture, false);
        const back = unkept.map(([place]) => place);
        this.#lay(removal ? at(cards, back) : cards);
        if (removal) void this.#bringBack(removal);
        else void this.#fill();
      },
      ...(removal && { over: () => void this.#erase([removal]) }),
    };
    if (removal) this.#removals = [...this.#removals, { removal, change }];
    this.#changes.add(change);
  }

  async #bringBack(removal: Removal): Promise<void> {
    this.#removals = this.#removals.filter((other) => other.removal !== removal);
    const cards = await this.#storing.attempt((drawer) => drawer.pictures.bringBack(removal));
    this.#lay(cards ?? []);
    await this.#fill();
  }

  /** Deletes for good what was not brought back. */
  async #erase(removals: readonly Removal[]): Promise<void> {
    const left = removals.filter((removal) => this.#removals.some((other) => other.removal === removal));
    this.#removals = this.#removals.filter(({ removal }) => !left.includes(removal));
    if (left.length > 0) await this.#storing.attempt((drawer) => drawer.pictures.erase(left));
  }

  /** Keeps a picture. Where there is no room, what is only held to be brought back goes for it. */
  async #keep<T>(work: (drawer: Drawer) => Promise<T>): Promise<T | null> {
    const { failure } = this.#storing;
    const kept = await this.#storing.attempt(work);
    if (kept !== null || this.failure?.code !== 'quota' || this.#removals.length === 0) return kept;
    const held = this.#removals;
    await this.#erase(held.map(({ removal }) => removal));
    for (const { change } of held) this.#changes.forget(change);
    this.#storing.failure = failure;
    return this.#storing.attempt(work);
  }

  async #mark(places: readonly number[], marks: Partial<Marks>, told: string): Promise<void> {
    const before = at(this.cards, places);
    await this.#putMarks(before, marks);
    // One picture's stars are taken back by the key that gave them.
    if (before.length > 1 || marks.folder !== undefined)
      this.#changes.add({ words: told, undo: () => void this.#unmark(before) });
  }

  /** As they were. */
  async #unmark(before: readonly Filed[]): Promise<void> {
    for (const cards of byMarks(before)) {
      const { stars, folder } = cards[0]!; // none is empty
      await this.#putMarks(cards, { stars, folder });
    }
  }

  async #putMarks(cards: readonly Filed[], marks: Partial<Marks>): Promise<void> {
    this.#lay(cards.map((card) => ({ ...card, ...marks })));
    const kept = cards.map(({ place }) => place).filter((place) => !this.#wholes.isUnkept(place));
    if (kept.length > 0) await this.#storing.attempt((drawer) => drawer.pictures.mark(kept, marks));
  }

  /** What another tab did to pictures is done to those on this page. */
  async #heard({ added, removed, marked = [] }: News): Promise<void> {
    this.#lose(removed);
    await this.#storing.attempt((drawer) => drawer.pictures.forget(removed));
    await this.#see([...added, ...marked]);
  }

  async #tidy(): Promise<void> {
    await this.#storing.attempt((drawer) =>
      drawer.pictures.tidy(({ added, removed }) => {
        this.#lose(removed);
        void this.#see(added);
      }),
    );
    await this.room.look(this.bytes, this.cards.length);
  }

  #lose(places: readonly number[]): void {
    if (places.length === 0) return;
    this.#wholes.takeAway(places);
    this.cards = without(this.cards, places);
  }

  async #see(places: readonly number[]): Promise<void> {
    const cards = await this.#storing.attempt((drawer) => drawer.pictures.cardsAt(places));
    this.#lay(cards ?? []);
    await this.#fill();
  }

  #lay(cards: readonly Filed[]): void {
    if (cards.length > 0) this.cards = laid(this.cards, cards);
  }

  get #newest(): number[] {
    return this.cards.slice(0, RECENT).map(({ place }) => place);
  }

  #settle(): void {
    this.#wholes.settle(this.#newest);
  }

  /** The newest are whole again. */
  async #fill(): Promise<void> {
    this.#settle();
    await this.#wholes.load(this.#newest);
    this.#settle();
  }
}
