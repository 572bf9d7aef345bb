import { Persisted, localStorageOrNull } from '../settings/persisted.svelte';
import { languages, preferred, setLanguage, type Language } from '../words/language.svelte';

const known: readonly string[] = languages.map(({ code }) => code);

/** The language of the page: the first of the browser's that exists here, unless one is chosen. */
export class LanguageChoice {
  readonly choice = new Persisted<{ language: Language | '' }>(
    'language',
    { language: '' },
    (found) => (known.includes(found.language) ? found : { language: '' }),
    localStorageOrNull(),
  );

  /** Loads the language. To be awaited before anything is shown, so that nothing appears in another language first. */
  async begin(): Promise<void> {
    try {
      await setLanguage(this.choice.current.language || preferred(navigator.languages));
    } catch {
      // Its words cannot be fetched now: English is here, or the previous language.
    }
  }

  /** Chooses a language. The browser's own is no choice: then the page follows the browser again. */
  async choose(language: Language): Promise<void> {
    this.choice.current.language = language === preferred(navigator.languages) ? '' : language;
    await this.begin();
  }
}
