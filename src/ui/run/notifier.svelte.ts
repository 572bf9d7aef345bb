import { localStorageOrNull, Persisted } from '../settings/persisted.svelte';

/** Notifies through the system that a run has ended, if that was asked for and the page is not in view. */
export class Notifier {
  /** Whether notifications were asked for, here or in an earlier visit. */
  readonly wish = new Persisted('notifications', olderWish(), (found) => found, localStorageOrNull());
  #permission = $state.raw(typeof Notification === 'undefined' ? 'denied' : Notification.permission);
  /** They were asked for in this visit, and refused by the browser or the person. */
  refused = $state(false);
  /** Whether the browser may allow them. */
  readonly possible = $derived(this.#permission !== 'denied');
  readonly on = $derived(this.wish.current.on && this.#permission === 'granted');

  /** Turns them on or off. Must be called from a click, as it asks for permission. */
  async toggle(): Promise<void> {
    if (this.on) {
      this.wish.current.on = false;
      return;
    }
    this.#permission = await Notification.requestPermission();
    this.wish.current.on = this.#permission === 'granted';
    this.refused = this.#permission === 'denied';
  }

  /** Notifies, unless the page is in view. The text contains no prompts: systems keep notifications. */
  tell(words: string): void {
    if (!this.on || (!document.hidden && document.hasFocus())) return;
    try {
      const note = new Notification('Drobė', { body: words, icon: './icons/apple.png', tag: 'drobe-run' });
      note.onclick = () => {
        focus();
        note.close();
      };
    } catch {
      // Phones only show notifications of service workers.
      void navigator.serviceWorker.ready.then((worker) =>
        worker.showNotification('Drobė', { body: words, icon: './icons/apple.png', tag: 'drobe-run' }),
      );
    }
  }
}

/** As it was stored when its key had another name. */
const olderWish = (): { on: boolean } =>
  new Persisted('herald', { on: false }, (found) => found, localStorageOrNull()).current;
