/** The language that the page speaks, and the words it has in it. */
import { entriesOf } from '../../objects';
import { en, type Words } from './en';

interface Spoken {
  /** What it calls itself. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  /** English is in the page, the others are fetched when they are spoken. */
  readonly load: () => Promise<Words>;
}

const spoken = {
  en: { name: 'English', dir: 'ltr', load: async () => en },
  lt: { name: 'Lietuvių', dir: 'ltr', load: async () => (await import('./lt')).lt },
} satisfies Record<string, Spoken>;

export type Language = keyof typeof spoken;

const isLanguage = (code: string): code is Language => Object.hasOwn(spoken, code);

/** All languages, by what each calls itself. */
export const languages = entriesOf(spoken).map(([code, { name }]) => ({ code, name }));

/** The first of the languages a person reads ("lt-LT", "en-GB") that is spoken here; English where none is. */
export function preferred(read: readonly string[]): Language {
  return read.map((tag) => tag.replace(/-.*/s, '').toLowerCase()).find(isLanguage) ?? 'en';
}

let code = $state<Language>('en');
let table = $state.raw<Words>(en);
/** What was asked for last: of two that are being fetched it counts. */
let asked: Language = 'en';

/** The language spoken now. */
export const language = {
  get code(): Language {
    return code;
  },
};

/**
 * All that the page says, in the language spoken now: `words.changes.deleted(3)`. Whatever shows it says it anew when
 * the language changes, so nobody keeps a sentence where it would outlast the language, as in a constant of a module.
 */
export const words: Words = new Proxy(en, { get: (_, room): unknown => Reflect.get(table, room) });

/** Speaks a language from now on, once its words are here; if they cannot be had, the one before goes on. */
export async function setLanguage(wanted: Language): Promise<void> {
  asked = wanted;
  const found = await spoken[wanted].load();
  if (asked !== wanted) return;
  code = wanted;
  table = found;
  const page = document.documentElement;
  page.lang = wanted;
  page.dir = spoken[wanted].dir;
}
