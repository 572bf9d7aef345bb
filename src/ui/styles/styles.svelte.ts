import { fieldsOf, itemsOf } from '../../objects';
import {
  stylesIn,
  styleFile,
  withStyles,
  withStylesOf,
  isHeading,
  type Style,
  type Words,
} from '../../text/styles';
import type { Changes } from '../controls/changes.svelte';
import type { Form } from '../settings/form.svelte';
import type { KeyValueStorage } from '../settings/persisted.svelte';
import { withRare, type Settings } from '../settings/settings';
import { Shared } from '../settings/shared.svelte';
import { words } from '../words/language.svelte';

/** Bytes; a file of a thousand styles has some hundred thousand. */
const LARGEST_FILE = 2 ** 24;

/** The styles on this device, and which of them are added to prompts. */
export class Styles {
  /** Which dialog is open: to save the prompts as a style, or to edit styles. */
  open = $state<'save' | 'edit' | null>(null);
  /** Why a file could not be imported. */
  failure = $state<string | null>(null);
  readonly #form: Form;
  readonly #changes: Changes;
  readonly #shared: Shared<readonly Style[]>;

  constructor(storage: KeyValueStorage | null, form: Form, changes: Changes) {
    this.#form = form;
    this.#changes = changes;
    this.#shared = new Shared('styles', storage, found);
  }

  get all(): readonly Style[] {
    return this.#shared.current;
  }

  /** The ticked styles, in the order in which they were ticked, and are added. */
  get chosen(): readonly Style[] {
    return this.#of(this.#form.settings.current);
  }

  /** The prompts as they would be drawn now. */
  get words(): Words {
    const { prompt, negative } = this.#form.settings.current;
    return withStyles({ prompt, negative }, this.chosen);
  }

  /** Takes over what other tabs changed. */
  refresh(): void {
    this.#shared.refresh();
  }

  choose(name: string, on: boolean): void {
    const now = this.#form.settings.current;
    const others = now.styles.filter((other) => other !== name);
    now.styles = on ? [...others, name] : others;
  }

  /** Settings with the words of their styles written into the prompts, and no styles ticked. */
  applied(settings: Settings): Settings {
    const styles = this.#of(settings);
    const { rare, prompt, negative } = settings;
    return {
      ...settings,
      ...withStyles({ prompt, negative }, styles),
      rare: rare.hires ? withRare(rare, { hires: secondPass(rare.hires, styles) }) : rare,
      styles: [],
    };
  }

  /** The prompts as they stand in the fields get a name. A style that had it comes back when that is undone. */
  save(name: string): void {
    const { prompt, negative } = this.#form.settings.current;
    const isKnown = this.all.some((style) => style.name === name);
    const undo = this.#change((all) => withStylesOf(all, [{ name, prompt, negative }]));
    if (isKnown) this.#changes.add({ words: words.styles.savedOver(name), undo });
  }

  /** False where another one has the name. */
  edit(before: Style, after: Style): boolean {
    if (after.name !== before.name && this.all.some(({ name }) => name === after.name)) return false;
    this.#shared.change((all) => all.map((style) => (style.name === before.name ? after : style)));
    const now = this.#form.settings.current;
    now.styles = now.styles.map((name) => (name === before.name ? after.name : name));
    return true;
  }

  remove({ name }: Style): void {
    const undo = this.#change((all) => all.filter((style) => style.name !== name));
    this.#changes.add({ words: words.styles.deleted(name), undo });
  }

  /** Takes what is in a styles.csv, over those of the same names. */
  async take(file: File): Promise<void> {
    const text = file.size > LARGEST_FILE ? '' : await file.text().catch(() => '');
    const styles = stylesIn(text) ?? [];
    this.failure = styles.length > 0 ? null : words.styles.none(file.name);
    if (this.failure !== null) return;
    const names = this.all.map(({ name }) => name);
    const replaced = styles.filter(({ name }) => names.includes(name)).length;
    const undo = this.#change((all) => withStylesOf(all, styles));
    this.#changes.add({ words: words.styles.imported(styles.length, replaced), undo });
  }

  /** All of them as A1111's styles.csv. */
  file(): File {
    return new File([styleFile(this.all)], 'styles.csv', { type: 'text/csv' });
  }

  #of({ styles }: Pick<Settings, 'styles'>): readonly Style[] {
    return styles.flatMap((name) => this.all.find((style) => style.name === name && !isHeading(style)) ?? []);
  }

  /** @returns what undoes it, and leaves what others have added since. */
  #change(to: (all: readonly Style[]) => readonly Style[]): () => void {
    this.refresh();
    const before = this.all;
    this.#shared.change(to);
    const names = [...before, ...this.all].map(({ name }) => name);
    return () =>
      this.#shared.change((all) => [...before, ...all.filter(({ name }) => !names.includes(name))]);
  }
}

/** A1111's styles.csv, or one like it. */
export const isStyleFile = ({ name }: File): boolean => /\.csv$/i.test(name);

/** A1111 adds styles to the prompts of the second pass, too, where that has its own. */
function secondPass(
  hires: NonNullable<Settings['rare']['hires']>,
  styles: readonly Style[],
): NonNullable<Settings['rare']['hires']> {
  const { prompt, negative } = withStyles(
    { prompt: hires.prompt ?? '', negative: hires.negative ?? '' },
    styles,
  );
  return {
    ...hires,
    ...(hires.prompt !== undefined && { prompt }),
    ...(hires.negative !== undefined && { negative }),
  };
}

function found(stored: unknown): readonly Style[] {
  const list = itemsOf(stored);
  const styles = list.flatMap((entry) => {
    const { name, prompt, negative } = fieldsOf(entry);
    const isStyle = typeof name === 'string' && typeof prompt === 'string' && typeof negative === 'string';
    return isStyle ? [{ name, prompt, negative }] : [];
  });
  return withStylesOf([], styles);
}
