import { Persisted, localShelf } from '../settings/persisted.svelte';
import { languages, preferred, speak, type Language } from '../words/language.svelte';

const known: readonly string[] = languages.map(({ code }) => code);

/** The language of the page: the first of the browser's that is spoken here, until someone here chooses. */
export class LanguageChoice {
  readonly choice = new Persisted<{ language: Language | '' }>(
    'language',
    { language: '' },
    (found) => (known.includes(found.language) ? found : { language: '' }),
    localShelf(),
  );

  /** Speaks it. To be waited for before anything is shown, so that nothing shows in another language first. */
  async begin(): Promise<void> {
    try {
      await speak(this.choice.current.language || preferred(navigator.languages));
    } catch {
      // Its words cannot be had now: English is here, or the language before.
    }
  }

  /** What the browser says anyhow is no choice at all: then the page follows the browser again. */
  async choose(language: Language): Promise<void> {
    this.choice.current.language = language === preferred(navigator.languages) ? '' : language;
    await this.begin();
  }
}
