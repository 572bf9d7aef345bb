import type { Component } from 'svelte';
import type { Album } from '../album/album.svelte';
import type { AlbumView } from '../browse/album-view.svelte';

interface WindowProps {
  view: AlbumView;
  onhelp: () => void;
}

/** Opens the album's window, whose code is fetched when it is first opened. */
export class AlbumDoor {
  view = $state.raw<AlbumView | null>(null);
  readonly #album: Album;
  #window = $state.raw<Component<WindowProps> | null>(null);
  /** What the window shows; null while it is closed. */
  readonly opened = $derived.by(() =>
    this.view?.isOpen && this.#window ? { view: this.view, Window: this.#window } : null,
  );

  constructor(album: Album) {
    this.#album = album;
  }

  async open(): Promise<void> {
    // Where it does not come, shell/Tidings.svelte says so.
    const part = await import('../browse').catch(() => null);
    if (!part) return;
    this.#window ??= part.AlbumWindow;
    this.view ??= new part.AlbumView(this.#album);
    this.view.open();
  }
}
