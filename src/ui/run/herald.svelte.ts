import { localShelf, Persisted } from '../settings/persisted.svelte';

/** Tells through the system that a run has ended, to whoever asked for that and is elsewhere. */
export class Herald {
  /** Whether it was asked for, here or in an earlier visit. */
  readonly wish = new Persisted('herald', { on: false }, (found) => found, localShelf());
  #permission = $state.raw(typeof Notification === 'undefined' ? 'denied' : Notification.permission);
  /** Whether it can be asked for at all. */
  readonly possible = $derived(this.#permission !== 'denied');
  readonly on = $derived(this.wish.current.on && this.#permission === 'granted');

  /** Pressed by a person: only then is the browser asked for its permission. */
  async toggle(): Promise<void> {
    if (this.on) {
      this.wish.current.on = false;
      return;
    }
    this.#permission = await Notification.requestPermission();
    this.wish.current.on = this.#permission === 'granted';
  }

  /** Says it, unless the page is being looked at. Prompts are not in it: systems keep what they were told. */
  tell(words: string): void {
    if (!this.on || (!document.hidden && document.hasFocus())) return;
    try {
      const note = new Notification('Drobė', { body: words, icon: './icons/apple.png', tag: 'drobe-run' });
      note.onclick = () => {
        focus();
        note.close();
      };
    } catch {
      // Phones show only those of service workers.
      void navigator.serviceWorker.ready.then((worker) =>
        worker.showNotification('Drobė', { body: words, icon: './icons/apple.png', tag: 'drobe-run' }),
      );
    }
  }
}
