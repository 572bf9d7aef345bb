import { DrobeError } from '../../errors';
import type { Changes } from '../controls/changes.svelte';
import { thumbnailOf } from '../files/thumbnail';
import type { Desk } from '../paint/desk';
import type { Shelf } from '../settings/persisted.svelte';
import { words } from '../words/language.svelte';
import { bring, type Bringing, type Brought } from './bring';
import { cardOf, ousted, type Card, type Filed, type Stars } from './card';
import { without } from './cards';
import { Deletions } from './deletions';
import { DeskMemory } from './desk-memory';
import type { Drawer } from './drawer/drawer';
import { Inflow } from './inflow';
import type { Ended, Errand, Kept, News, Unfinished } from './kept';
import { Marking } from './marking';
import type { Result } from './result';
import { Room } from './room.svelte';
import { Runs, type Entry } from './runs.svelte';
import { Sight } from './sight.svelte';
import { Storing } from './storing.svelte';
import { Waits } from './waits';

/** Places of pictures that could not be kept: behind those of all others. */
const UNKEPT = 2 ** 40;

/**
 * The pictures that were made or brought, as many as there is room for: a card of each, the newest few of them whole, and any
 * other when it is asked for.
 */
export class Album {
  /** How many are kept, and for how many more there is room. */
  readonly room: Room;
  /** Runs that wait. */
  readonly waits: Waits;
  readonly #storing: Storing;
  readonly #sight: Sight;
  readonly #runs: Runs;
  readonly #desk: DeskMemory;
  readonly #deletions: Deletions;
  readonly #marking: Marking;
  readonly #changes: Changes;
  #unkept = 0;

  /**
   * @param drawer null where nothing is to be kept. @param changes told of what can be taken back.
   * @param common where the choices of all tabs lie.
   */
  constructor(drawer: Drawer | null, changes: Changes, common: Shelf | null = null) {
    this.#changes = changes;
    this.#storing = new Storing(drawer);
    this.#sight = new Sight(this.#storing);
    this.#desk = new DeskMemory(this.#storing);
    this.#deletions = new Deletions(this.#storing, this.#sight, changes);
    this.#marking = new Marking(this.#storing, this.#sight, changes);
    this.room = new Room(this.#storing, common);
    this.waits = new Waits(this.#storing);
    this.#runs = new Runs(this.#storing, {
      keep: (work) => this.#keep(() => work(this.room.most)),
      made: (picture, ended) => this.#made(picture, ended),
    });
  }

  /** Newest first. */
  get cards(): readonly Card[] {
    return this.#sight.cards;
  }

  /** The newest few, whole, newest first. */
  get results(): readonly Result[] {
    return this.#sight.wholes.recent;
  }

  /** Bytes of the pictures. */
  get bytes(): number {
    return this.#sight.bytes;
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
    return this.failure !== null && (this.#desk.isLost || this.#sight.wholes.hasUnkept);
  }

  /** Takes out what earlier visits left, and gives the desk. */
  async open(): Promise<Desk | null> {
    this.#storing.drawer?.watch((news) => void this.#heard(news));
    const cards = await this.#storing.attempt((drawer) => drawer.pictures.cards());
    if (!cards) return null;
    await this.#sight.lay(cards);
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
    void this.#deletions.eraseAll();
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
    await this.#sight.wholes.load([place]);
    return this.#sight.wholes.open(place) ?? null;
  }

  /** Where a picture lies: what its card says. */
  placeOf(result: Result): number {
    return this.#sight.wholes.placeOf(result);
  }

  /** Whether a picture is still there to be shown. */
  has(result: Result): boolean {
    return this.#sight.wholes.has(result);
  }

  /** A picture at most 256 pixels wide and high; null where it is gone. */
  async thumbnail(place: number): Promise<Blob | null> {
    const { wholes } = this.#sight;
    const kept = wholes.isUnkept(place)
      ? null
      : await this.#storing.attempt((drawer) => drawer.pictures.thumbnail(place));
    const whole = wholes.at(place);
    if (kept || !whole) return kept;
    return thumbnailOf(whole.itself).catch(() => whole.itself.blob);
  }

  /** Gives pictures so many stars. */
  star(places: readonly number[], stars: Stars): Promise<void> {
    return this.#marking.mark(places, { stars }, words.album.starred(places.length, stars));
  }

  /** Puts pictures into a folder; an empty name: into none. */
  file(places: readonly number[], folder: string): Promise<void> {
    return this.#marking.mark(places, { folder }, words.album.filed(places.length, folder));
  }

  /** Deletes pictures, for good unless they are brought back. @param back called when they are. */
  async remove(places: readonly number[], back?: () => void): Promise<void> {
    const there = this.#sight.at(places).map(({ place }) => place);
    if (there.length > 0) await this.#deletions.remove(there, words.changes.deleted(there.length), back);
  }

  /** All pictures are thrown away, but those made of what another tab works on: so many are left. */
  async clear(): Promise<number> {
    const { cards } = this.#sight;
    const places = cards.map(({ place }) => place);
    const used = (await this.#storing.attempt((drawer) => drawer.pictures.usedElsewhere(places))) ?? [];
    await this.remove(without(cards, used).map(({ place }) => place));
    return used.length;
  }

  /** Those that will make room when so many more are made, oldest first. */
  going(more: number): readonly Card[] {
    const { most } = this.room;
    return ousted(this.cards, most === null ? null : Math.max(most - more, 0));
  }

  /**
   * Takes in pictures that were made elsewhere, file by file, with their recipes; those that are here already are counted. Tells
   * after each how far it is; whoever stops asking stops it, and what was taken in by then stays. All of it is undone at once.
   */
  async *bring(
    files: Iterable<File> | AsyncIterable<File>,
    folder = '',
  ): AsyncGenerator<Bringing, void, void> {
    const inflow = new Inflow(this.#sight.cards, (cards) => void this.#sight.lay(cards));
    try {
      yield* bring(files, {
        isKnown: (hash) => inflow.isKnown(hash),
        take: async (brought) => inflow.add(await this.#takeIn(brought, folder)),
      });
    } finally {
      inflow.lay();
      const { places } = inflow;
      if (places.length > 0)
        this.#changes.add({
          words: words.album.brought(places.length),
          undo: () => void this.remove(places),
        });
      void this.#look();
    }
  }

  /** A picture that was just made. Others may make room, and can be brought back. */
  #made(picture: Kept, ended: Ended | null): Result {
    const card = ended?.card ?? this.#unkeptCard(picture);
    const result = this.#sight.wholes.add(card.place, picture, ended !== null);
    void this.#sight.lay([card]);
    const { removal, places } = ended
      ? { removal: ended.ousted, places: ended.ousted?.places ?? [] }
      : { removal: null, places: this.going(0).map((going) => going.place) };
    if (places.length > 0) this.#deletions.done(places, removal, words.changes.ousted(places.length));
    void this.#look();
    return result;
  }

  /** A picture that was brought; it makes no other go. @throws DrobeError where it cannot be kept. */
  async #takeIn({ picture, hash, thumbnail }: Brought, folder: string): Promise<Filed> {
    if (!this.#storing.drawer) {
      const card = this.#unkeptCard(picture, { hash, folder });
      this.#sight.wholes.add(card.place, picture, false);
      return card;
    }
    const how = { most: null, beside: { hash, thumbnail }, folder };
    const ended = await this.#keep((drawer) => drawer.pictures.add(picture, how));
    if (!ended) throw this.failure ?? new DrobeError('storage', { reason: 'nothing can be kept' });
    return ended.card;
  }

  /** The card of a picture that lies in no drawer. */
  #unkeptCard(picture: Kept, more: Partial<Filed> = {}): Filed {
    const place = UNKEPT + ++this.#unkept;
    const facts = { made: picture.made ?? Date.now(), hash: null, uses: [] };
    return { ...cardOf(place, picture, facts), ...more };
  }

  /** Keeps a picture. Where there is no room, what is only held to be brought back goes for it. */
  async #keep<T>(work: (drawer: Drawer) => Promise<T>): Promise<T | null> {
    const { failure } = this.#storing;
    const kept = await this.#storing.attempt(work);
    const isFull = this.failure !== failure && this.failure?.code === 'quota';
    if (!isFull || !(await this.#deletions.eraseAll())) return kept;
    this.#storing.failure = failure;
    return this.#storing.attempt(work);
  }

  /** What another tab did to pictures is done to those on this page. */
  async #heard({ added, removed, marked = [] }: News): Promise<void> {
    this.#sight.lose(removed);
    await this.#storing.attempt((drawer) => drawer.pictures.forget(removed));
    await this.#see([...added, ...marked]);
  }

  async #tidy(): Promise<void> {
    await this.#storing.attempt((drawer) =>
      drawer.pictures.tidy(({ added, removed }) => {
        this.#sight.lose(removed);
        void this.#see(added);
      }),
    );
    await this.#look();
  }

  async #see(places: readonly number[]): Promise<void> {
    const cards = await this.#storing.attempt((drawer) => drawer.pictures.cardsAt(places));
    await this.#sight.lay(cards ?? []);
  }

  /** How much room is left. */
  #look(): Promise<void> {
    return this.room.look(this.bytes, this.cards.length);
  }
}
