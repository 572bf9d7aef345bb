import type { Album } from '../album/album.svelte';
import type { Card, Stars } from '../album/card';
import type { Changes } from '../controls/changes.svelte';
import { orders, search, type Order } from '../album/search';
import { language, words } from '../words/language.svelte';
import { localStorageOrNull, Persisted } from '../settings/persisted.svelte';
import { Export } from './transfer/export.svelte';
import { groupsOf } from './cards/groups';
import { Import } from './transfer/import.svelte';
import { Selection } from './selection.svelte';
import { Slideshow } from './viewer/slideshow.svelte';
import { Thumbnails } from './thumbnails';
import { WHOLE, type Zoom } from './viewer/zoom';

/** What is shown: all pictures found, one of them, or two side by side. */
export type Scene = 'all' | 'one' | 'two';

/** What it uses of the studio. */
interface StudioParts {
  readonly album: Album;
  readonly changes: Changes;
}

/** The album's window: what is searched for, what was found, and what is selected. */
export class AlbumView {
  isOpen = $state(false);
  scene = $state<Scene>('all');
  /** The search, as typed. */
  text = $state('');
  /** The least number of stars. */
  stars = $state<Stars>(0);
  /** The folder; null for all, empty for pictures in none. */
  folder = $state<string | null>(null);
  /** How far pictures are zoomed in. */
  zoom = $state.raw<Zoom>(WHOLE);
  readonly order: Persisted<{ sort: Order }>;
  readonly selection = new Selection();
  readonly thumbnails: Thumbnails;
  readonly slideshow: Slideshow;
  readonly export: Export;
  readonly import: Import;
  readonly #album: Album;
  readonly #changes: Changes;

  readonly found = $derived.by((): readonly Card[] => {
    const { stars, folder } = this;
    const narrowed = this.#album.cards.filter(
      (card) => card.stars >= stars && (folder === null || card.folder === folder),
    );
    return search(narrowed, this.text, this.order.current.sort);
  });
  readonly places = $derived(this.found.map(({ place }) => place));
  readonly groups = $derived.by(() => groupsOf(this.found, this.order.current.sort));
  /** Bytes of all pictures found. */
  readonly bytes = $derived(this.found.reduce((sum, { bytes }) => sum + bytes, 0));
  /** How many pictures are in each folder; '' stands for none. */
  readonly folders = $derived.by(() => {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- made anew each time
    const folders = new Map<string, number>();
    for (const { folder } of this.#album.cards) folders.set(folder, (folders.get(folder) ?? 0) + 1);
    return [...folders].toSorted(([a], [b]) => a.localeCompare(b, language.code));
  });
  readonly selected = $derived(this.found.filter(({ place }) => this.selection.chosen.has(place)));

  /** The active picture, and the one that took its place when it went: new ones may come before both. */
  #place = $state<number | null>(null);
  #heir = $state<number | null>(null);
  #last = $state(0);
  /** Index of the active picture, which keys act on. Where it is gone, of the one that took its place. */
  readonly at = $derived.by(() => {
    const there = [this.#place, this.#heir].map((place) =>
      place === null ? -1 : this.places.indexOf(place),
    );
    return there.find((at) => at >= 0) ?? Math.max(Math.min(this.#last, this.places.length - 1), 0);
  });
  readonly active = $derived(this.found[this.at] ?? null);
  /** What actions apply to: the selected pictures, or else the active one. */
  readonly meant = $derived.by((): readonly Card[] =>
    this.scene === 'all' && this.selected.length > 0 ? this.selected : this.active ? [this.active] : [],
  );
  /** The two that are compared. */
  readonly pair = $derived.by(() => {
    const [first, second, ...others] = this.selected;
    return first && second && others.length === 0 ? ([first, second] as const) : null;
  });
  /** What is really shown: the pictures may be gone. */
  readonly seen = $derived.by((): Scene => {
    if (this.scene === 'two' && this.pair) return 'two';
    return this.scene === 'one' && this.active ? 'one' : 'all';
  });

  constructor({ album, changes }: StudioParts, storage = localStorageOrNull()) {
    this.#album = album;
    this.#changes = changes;
    const first: { sort: Order } = { sort: 'newest' };
    this.order = new Persisted(
      'album-order',
      first,
      (found) => (orders.includes(found.sort) ? found : first),
      storage,
    );
    this.slideshow = new Slideshow(storage);
    this.thumbnails = new Thumbnails((place) => album.thumbnail(place));
    this.export = new Export((place) => album.whole(place));
    this.import = new Import((files) => album.import(files, this.folder ?? ''));
  }

  open(): void {
    this.isOpen = true;
    if (this.#place === null) this.go(0);
  }

  close(): void {
    this.isOpen = false;
    this.showAll();
    this.selection.clear();
    this.thumbnails.clear();
  }

  /** One step back: from a picture to all, then clears the selection, then closes the window. */
  back(): void {
    if (this.seen !== 'all') this.showAll();
    else if (this.selected.length > 0) this.unselect();
    else this.close();
  }

  /** Selects nothing. Several of many were work to select: that can be undone. */
  unselect(): void {
    const [pictures, before] = [this.selected.length, this.selection.chosen];
    this.selection.clear();
    if (pictures < 2 || pictures === this.found.length) return;
    this.#changes.add({
      words: words.changes.unselected(pictures),
      undo: () => this.selection.take([...before]),
    });
  }

  showAll(): void {
    this.scene = 'all';
    this.slideshow.stop();
  }

  /** Opens one of the pictures found. */
  show(at: number): void {
    this.go(at);
    this.scene = 'one';
  }

  compare(): void {
    if (!this.pair) return;
    this.zoom = WHOLE;
    this.scene = 'two';
  }

  /** Makes one of the pictures found the active one. */
  go(at: number): void {
    this.#place = this.places[at] ?? null;
    this.#heir = null;
    this.#last = at;
    this.zoom = WHOLE;
  }

  /** Goes to the previous (−1) or next (1) picture. @param around start again after the last, for the slide show. */
  leaf(by: 1 | -1, around = false): void {
    const { length } = this.places;
    const next = around ? (this.at + by + length) % length : this.at + by;
    if (next >= 0 && next < length) this.go(next);
  }

  clearSearch(): void {
    this.text = '';
    this.stars = 0;
    this.folder = null;
  }

  async rate(stars: Stars): Promise<void> {
    await this.#staying(() => this.#album.star(placesOf(this.meant), stars));
  }

  async move(folder: string): Promise<void> {
    await this.#staying(() => this.#album.file(placesOf(this.meant), folder.trim()));
  }

  async remove(): Promise<void> {
    await this.#staying(() => this.#album.remove(placesOf(this.meant)));
  }

  /** Stays in the place of the active picture, and at what is there afterwards, where it is about to go. */
  async #staying(work: () => Promise<void>): Promise<void> {
    this.go(this.at);
    await work();
    this.#heir = this.active?.place ?? null;
  }
}

const placesOf = (cards: readonly Card[]): number[] => cards.map(({ place }) => place);
