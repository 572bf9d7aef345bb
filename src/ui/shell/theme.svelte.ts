import { MediaQuery } from 'svelte/reactivity';
import { Persisted, localStorageOrNull } from '../settings/persisted.svelte';

type Theme = 'light' | 'dark';
const themes: readonly string[] = ['light', 'dark'];

/** Light or dark: as the system says, unless one is chosen. */
export class ThemeChoice {
  readonly choice = new Persisted<{ theme: Theme | '' }>(
    'theme',
    { theme: '' },
    (found) => (themes.includes(found.theme) ? found : { theme: '' }),
    localStorageOrNull(),
  );
  readonly #query = new MediaQuery('(prefers-color-scheme: dark)');
  readonly #system = $derived<Theme>(this.#query.current ? 'dark' : 'light');
  readonly current = $derived<Theme>(this.choice.current.theme || this.#system);

  /** Switches between the two. The system's own is no choice: then the page follows the system again. */
  toggle(): void {
    const other: Theme = this.current === 'dark' ? 'light' : 'dark';
    this.choice.current.theme = other === this.#system ? '' : other;
  }
}
