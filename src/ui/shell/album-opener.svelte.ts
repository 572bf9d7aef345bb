import type { Component } from 'svelte';
import type { Album } from '../album/album.svelte';
import type { AlbumView } from '../browse/album-view.svelte';
import type { Changes } from '../controls/changes.svelte';

interface WindowProps {
  view: AlbumView;
  onhelp: () => void;
}

/** What it uses of the studio. */
interface StudioParts {
  readonly album: Album;
  readonly changes: Changes;
}

/** Opens the album's window, whose code is fetched when it is first opened. */
export class AlbumOpener {
  view = $state.raw<AlbumView | null>(null);
  readonly #studio: StudioParts;
  #window = $state.raw<Component<WindowProps> | null>(null);
  /** What the window shows; null while it is closed. */
  readonly opened = $derived.by(() =>
    this.view?.isOpen && this.#window ? { view: this.view, Window: this.#window } : null,
  );

  constructor(studio: StudioParts) {
    this.#studio = studio;
  }

  async open(): Promise<void> {
    // Where it does not come, shell/AppNotices.svelte says so.
    const part = await import('../browse').catch(() => null);
    if (!part) return;
    this.#window ??= part.AlbumWindow;
    this.view ??= new part.AlbumView(this.#studio);
    this.view.open();
  }
}
