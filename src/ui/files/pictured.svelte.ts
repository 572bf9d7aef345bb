import { keysOf } from '../../objects';
import type { Pixels } from '../../canvas/pixels';
import { toDrobeError, type DrobeError } from '../../errors';
import type { Original } from './picture';
import { remembering } from './remembering';

/** With the number by which it is known on this page, whatever its place. */
export type Keyed<T> = T & { readonly key: number };

/** What a list of them needs of the browser. */
export interface PictureReaders {
  readonly read: (file: File) => Promise<Original>;
  readonly whole: (picture: Original) => Promise<Pixels>;
}

/** What is said of one of them. */
export interface PicturedWords {
  /** @param number its place, from 1. */
  readonly removed: (number: number) => string;
  /** @param after null where no picture took its place. */
  /** `other`: another picture took its place; else none. */
  readonly replaced: (name: string, other: boolean) => string;
}

/** Told of what can be taken back. */
export interface Undoable {
  add(change: { readonly words: string; undo(): void }): void;
}

/** Pictures whose pixels are kept: nobody has more, and they are asked for while sliders move. */
const PICTURES = 4;

/** Things with a picture each, in their order: the picture is read from a file, and whatever takes its place can be undone. */
export class PicturedList<T extends { readonly picture: Original | null }> {
  all = $state.raw<readonly Keyed<T>[]>([]);
  /** Why a file did not become a picture: that of the one with this key, or of a new one. */
  failure = $state.raw<{
    readonly key: number | null;
    readonly file: string;
    readonly error: DrobeError;
  } | null>(null);
  /** A picture's pixels, read once however often they are asked for. */
  readonly whole: PictureReaders['whole'];
  readonly #read: PictureReaders['read'];
  readonly #words: PicturedWords;
  readonly #changes: Undoable;
  #made = 0;
  /** How often each one's picture was changed, or begun to be. */
  readonly #asked: Record<number, number> = {};

  constructor({ read, whole }: PictureReaders, words: PicturedWords, changes: Undoable) {
    this.#read = read;
    this.whole = remembering(whole, PICTURES);
    this.#words = words;
    this.#changes = changes;
  }

  protected append(one: T): void {
    this.all = [...this.all, this.#keyed(one)];
  }

  /** In the place of those that are there. */
  protected replaceAll(all: readonly T[]): void {
    this.all = all.map((one) => this.#keyed(one));
    this.failure = null;
  }

  change({ key }: Keyed<T>, settings: Partial<T>): void {
    this.#set(key, settings);
  }

  /** As `change`, for what can be brought back. */
  protected changeUndoably({ key }: Keyed<T>, settings: Partial<T>, words: string): void {
    const before = this.all.find((one) => one.key === key);
    if (!before) return;
    this.#set(key, settings);
    const names = keysOf<keyof T & string>(settings);
    const was: Partial<T> = {};
    for (const name of names) was[name] = before[name];
    this.#changes.add({ words, undo: () => this.#set(key, was) });
  }

  remove(one: Keyed<T>): void {
    const before = this.all;
    const number = before.findIndex(({ key }) => key === one.key) + 1;
    this.all = before.filter(({ key }) => key !== one.key);
    this.#changes.add({
      words: this.#words.removed(number),
      undo: () => (this.all = this.all.toSpliced(Math.min(number - 1, this.all.length), 0, one)),
    });
  }

  /** Takes the picture in a file. Where it is none, that is told and the one before stays. */
  async read(one: Keyed<T>, file: File): Promise<void> {
    const { key } = one;
    const asked = this.#ask(key);
    const isLast = (): boolean => asked === this.#asked[key];
    const picture = await this.picture(file, key, isLast);
    if (picture && isLast()) this.take(one, picture);
  }

  /**
   * The picture in a file; null where there is none, which is told.
   * @param key of whose picture it is to be; null: of a new one.
   * @param wanted whether it still is.
   */
  protected async picture(file: File, key: number | null, wanted = () => true): Promise<Original | null> {
    this.failure = null;
    try {
      return await this.#read(file);
    } catch (thrown) {
      if (wanted()) this.failure = { key, file: file.name, error: toDrobeError(thrown) };
      return null;
    }
  }

  /**
   * Another picture, or none. The one before can be brought back.
   * @param settings that it comes with.
   */
  take(one: Keyed<T>, picture: Original | null, settings: Partial<T> = {}): void {
    this.#ask(one.key);
    this.failure = null;
    const before = this.all.find(({ key }) => key === one.key)?.picture;
    const taken = { ...settings, picture } as Partial<T>; // it has a picture
    if (!before || before === picture) this.#set(one.key, taken);
    else this.changeUndoably(one, taken, this.#words.replaced(before.name, picture !== null));
  }

  dismiss(): void {
    this.failure = null;
  }

  #keyed(one: T): Keyed<T> {
    return { ...one, key: ++this.#made };
  }

  #ask(key: number): number {
    return (this.#asked[key] = (this.#asked[key] ?? 0) + 1);
  }

  #set(key: number, settings: Partial<T>): void {
    this.all = this.all.map((one) => (one.key === key ? { ...one, ...settings } : one));
  }
}
