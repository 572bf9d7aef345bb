import { DrobeError } from '../../errors';
import type { Changes } from '../controls/changes.svelte';
import { thumbnailOf } from '../files/thumbnail';
import type { Inputs } from '../paint/inputs';
import type { KeyValueStorage } from '../settings/persisted.svelte';
import { words } from '../words/language.svelte';
import { importPictures, type ImportProgress, type ImportedPicture } from './import-pictures';
import { cardOf, evicted, type Card, type StoredCard, type Stars } from './card';
import { without } from './cards';
import { Deletions } from './deletions';
import { InputsStorage } from './inputs-storage';
import type { AlbumDatabase } from './database/album-database';
import { ImportBatch } from './import-batch';
import type { Addition, RunRequest, StoredPicture, News, UnfinishedRun } from './stored';
import { Marking } from './marking';
import type { Result } from './result';
import { Capacity } from './capacity.svelte';
import { Runs, type RunLog } from './runs.svelte';
import { LoadedPictures } from './loaded-pictures.svelte';
import { Storing } from './storing.svelte';
import { QueueStorage } from './queue-storage';

/** Where places of pictures begin that could not be stored: behind all others. */
const UNKEPT = 2 ** 40;

/**
 * The pictures that were made or imported, as many as there is room for: a card of each, the newest few completely, and any
 * other when it is asked for.
 */
export class Album {
  /** How many pictures are kept, and for how many more there is room. */
  readonly capacity: Capacity;
  /** Runs that wait. */
  readonly waits: QueueStorage;
  /** Whether it is known what earlier visits left: until then it is not empty, but unknown. */
  isRead = $state(false);
  readonly #storing: Storing;
  readonly #loaded: LoadedPictures;
  readonly #runs: Runs;
  readonly #inputs: InputsStorage;
  readonly #deletions: Deletions;
  readonly #marking: Marking;
  readonly #changes: Changes;
  #unkept = 0;

  /**
   * @param database null where nothing is to be stored.
   * @param changes told of what can be undone.
   * @param common storage shared by all tabs.
   */
  constructor(database: AlbumDatabase | null, changes: Changes, common: KeyValueStorage | null = null) {
    this.#changes = changes;
    this.#storing = new Storing(database);
    this.#loaded = new LoadedPictures(this.#storing);
    this.#inputs = new InputsStorage(this.#storing);
    this.#deletions = new Deletions(this.#storing, this.#loaded, changes);
    this.#marking = new Marking(this.#storing, this.#loaded, changes);
    this.capacity = new Capacity(this.#storing, common);
    this.waits = new QueueStorage(this.#storing);
    this.#runs = new Runs(
      this.#storing,
      {
        keep: (work) => this.#keep(() => work(this.capacity.most)),
        made: (picture, ended) => this.#made(picture, ended),
      },
      changes,
    );
  }

  /** Newest first. */
  get cards(): readonly Card[] {
    return this.#loaded.cards;
  }

  /** The newest few pictures, newest first. */
  get results(): readonly Result[] {
    return this.#loaded.full.recent;
  }

  /** Bytes that all pictures take. */
  get bytes(): number {
    return this.#loaded.bytes;
  }

  /** Runs that were interrupted when their page was closed. */
  get unfinished(): readonly UnfinishedRun[] {
    return this.#runs.unfinished;
  }

  /** Why something could not be stored, and is there for this visit only; null where all was. */
  get failure(): DrobeError | null {
    return this.#storing.failure;
  }

  /** Whether something would be lost with the page. */
  get isAtRisk(): boolean {
    return this.failure !== null && (this.#inputs.isLost || this.#loaded.full.hasUnkept);
  }

  /** Reads what earlier visits left. @returns the inputs. */
  async open(): Promise<Inputs | null> {
    this.#storing.database?.watch((news) => void this.#heard(news));
    const cards = await this.#storing.attempt((database) => database.pictures.cards());
    if (cards) await this.#loaded.addCards(cards);
    this.isRead = true;
    if (!cards) return null;
    const inputs = await this.#storing.attempt((database) => database.inputs.take());
    await this.#runs.open();
    void this.#tidy();
    return inputs;
  }

  /** Stores the inputs a moment after the last call. @returns a function that prevents it. */
  remember(inputs: Inputs): () => void {
    return this.#inputs.remember(inputs);
  }

  /** Stores at once what is still to be stored: the page may be closed. */
  rememberNow(): void {
    this.#inputs.rememberNow();
  }

  /** To be called when the page is closed: nothing can be undone any more. */
  leave(): void {
    void this.#deletions.eraseAll();
    void this.#runs.eraseAll();
  }

  /** Stores a run that begins, or resumes a stored one. @returns what to report its progress to. */
  begin(request: RunRequest, before?: UnfinishedRun): Promise<RunLog> {
    return this.#runs.begin(request, before);
  }

  /** Offers an unfinished run no more; this can be undone. */
  discard(unfinished: UnfinishedRun): void {
    this.#runs.discard(unfinished);
  }

  /** A picture with all that made it; null where it is gone. */
  async whole(place: number): Promise<Result | null> {
    await this.#loaded.full.load([place]);
    return this.#loaded.full.open(place) ?? null;
  }

  /** The place of a picture. */
  placeOf(result: Result): number {
    return this.#loaded.full.placeOf(result);
  }

  /** Whether a picture is still there to be shown. */
  has(result: Result): boolean {
    return this.#loaded.full.has(result);
  }

  /** A picture at most 256 pixels wide and high; null where it is gone. */
  async thumbnail(place: number): Promise<Blob | null> {
    const { full } = this.#loaded;
    const kept = full.isUnkept(place)
      ? null
      : await this.#storing.attempt((database) => database.pictures.thumbnail(place));
    const whole = full.at(place);
    if (kept || !whole) return kept;
    return thumbnailOf(whole.itself).catch(() => whole.itself.blob);
  }

  /** Gives stars to pictures. */
  star(places: readonly number[], stars: Stars): Promise<void> {
    return this.#marking.mark(places, { stars }, words.album.starred(places.length, stars));
  }

  /** Puts pictures into a folder; an empty name: into none. */
  file(places: readonly number[], folder: string): Promise<void> {
    return this.#marking.mark(places, { folder }, words.album.filed(places.length, folder));
  }

  /** Deletes pictures; this can be undone. @param back called when it is. */
  async remove(places: readonly number[], back?: () => void): Promise<void> {
    const there = this.#loaded.at(places).map(({ place }) => place);
    if (there.length > 0) await this.#deletions.remove(there, words.changes.deleted(there.length), back);
  }

  /** Deletes all pictures except those made from what another tab works on. @returns how many are left. */
  async clear(): Promise<number> {
    const { cards } = this.#loaded;
    const places = cards.map(({ place }) => place);
    const used = (await this.#storing.attempt((database) => database.pictures.usedElsewhere(places))) ?? [];
    await this.remove(without(cards, used).map(({ place }) => place));
    return used.length;
  }

  /** The pictures that will make room for new ones, oldest first. @param more how many new ones. */
  going(more: number): readonly Card[] {
    const { most } = this.capacity;
    return evicted(this.cards, most === null ? null : Math.max(most - more, 0));
  }

  /**
   * Imports pictures that were made elsewhere, file by file, with their recipes; those that are here already are counted.
   * Yields its progress after each. Pull no more to stop it; what was imported by then stays. Undo removes all of them at
   * once.
   */
  async *import(
    files: Iterable<File> | AsyncIterable<File>,
    folder = '',
  ): AsyncGenerator<ImportProgress, void, void> {
    const batch = new ImportBatch(this.#loaded.cards, (cards) => void this.#loaded.addCards(cards));
    try {
      yield* importPictures(files, {
        isKnown: (hash) => batch.isKnown(hash),
        take: async (picture) => batch.add(await this.#takeIn(picture, folder)),
      });
    } finally {
      batch.flush();
      const { places } = batch;
      if (places.length > 0)
        this.#changes.add({
          words: words.album.imported(places.length),
          undo: () => void this.remove(places),
        });
      void this.#look();
    }
  }

  /** Adds a picture that was just made. Others may make room for it, and can be brought back. */
  #made(picture: StoredPicture, ended: Addition | null): Result {
    const card = ended?.card ?? this.#unkeptCard(picture);
    const result = this.#loaded.full.add(card.place, picture, { isKept: ended !== null });
    void this.#loaded.addCards([card]);
    const { removal, places } = ended
      ? { removal: ended.evicted, places: ended.evicted?.places ?? [] }
      : { removal: null, places: this.going(0).map((going) => going.place) };
    if (places.length > 0) this.#deletions.done(places, removal, words.changes.evicted(places.length));
    void this.#look();
    return result;
  }

  /** Adds an imported picture, which takes nobody's room. @throws DrobeError where it cannot be stored. */
  async #takeIn({ picture, hash, thumbnail }: ImportedPicture, folder: string): Promise<StoredCard> {
    if (!this.#storing.database) {
      const card = this.#unkeptCard(picture, { hash, folder });
      this.#loaded.full.add(card.place, picture, { isKept: false });
      return card;
    }
    const how = { most: null, beside: { hash, thumbnail }, folder };
    const ended = await this.#keep((database) => database.pictures.add(picture, how));
    if (!ended) throw this.failure ?? new DrobeError('storage', { reason: 'nothing can be kept' });
    return ended.card;
  }

  /** The card of a picture that is not stored. */
  #unkeptCard(picture: StoredPicture, more: Partial<StoredCard> = {}): StoredCard {
    const place = UNKEPT + ++this.#unkept;
    const facts = { made: picture.made ?? Date.now(), hash: null, uses: [] };
    return { ...cardOf(place, picture, facts), ...more };
  }

  /** Stores a picture. Where there is no room, deleted pictures that could still be brought back make room. */
  async #keep<T>(work: (database: AlbumDatabase) => Promise<T>): Promise<T | null> {
    const { failure } = this.#storing;
    const kept = await this.#storing.attempt(work);
    const isFull = this.failure !== failure && this.failure?.code === 'quota';
    if (!isFull || !(await this.#deletions.eraseAll())) return kept;
    this.#storing.failure = failure;
    return this.#storing.attempt(work);
  }

  /** Applies to this page what another tab did to pictures. */
  async #heard({ added, removed, marked = [] }: News): Promise<void> {
    this.#loaded.lose(removed);
    await this.#storing.attempt((database) => database.pictures.forget(removed));
    await this.#see([...added, ...marked]);
  }

  async #tidy(): Promise<void> {
    await this.#storing.attempt((database) =>
      database.pictures.tidy(({ added, removed }) => {
        this.#loaded.lose(removed);
        void this.#see(added);
      }),
    );
    await this.#look();
  }

  async #see(places: readonly number[]): Promise<void> {
    const cards = await this.#storing.attempt((database) => database.pictures.cardsAt(places));
    await this.#loaded.addCards(cards ?? []);
  }

  /** Finds out how much room is left. */
  #look(): Promise<void> {
    return this.capacity.measure(this.bytes, this.cards.length);
  }
}
