/** Styles: words with a name that are added to one's own when a picture is drawn, as A1111 has them, and its file of them. */
import { fileOf, rowsOf } from './csv';
import { trimEnd, trimStart } from './python';

/** Words with a name, which are added to prompts. */
export interface Style {
  readonly name: string;
  readonly prompt: string;
  readonly negative: string;
}

/** What both fields say. */
export type Words = Pick<Style, 'prompt' | 'negative'>;

/** The place in a style for one's own words. */
const PLACE = '{prompt}';

/** Words with these styles, one after the other. */
export const withStyles = ({ prompt, negative }: Words, styles: readonly Style[]): Words => ({
  prompt: styles.reduce((words, style) => styled(words, style.prompt), prompt),
  negative: styles.reduce((words, style) => styled(words, style.negative), negative),
});

/** A prompt in its place in a style's, wherever that is said, or before it, with a comma between. */
export function styled(prompt: string, style: string): string {
  if (style.includes(PLACE)) return style.replaceAll(PLACE, () => prompt);
  return [prompt, style]
    .map((words) => trimStart(trimEnd(words)))
    .filter((words) => words !== '')
    .join(', ');
}

/** An empty style: in A1111's files, a line that separates others. */
export const isHeading = ({ prompt, negative }: Words): boolean => prompt === '' && negative === '';

/**
 * What is in a styles.csv. Of two with one name the latter counts, a line without a name does not; older files call the
 * prompt "text".
 * @returns null where it is no such file: its first line does not name the columns.
 */
export function stylesIn(file: string): Style[] | null {
  const [columns = [], ...rows] = rowsOf(file);
  const placeOf = (...names: readonly string[]): number =>
    columns.findIndex((column) => names.includes(column.trim()));
  const [name, prompt, negative] = [placeOf('name'), placeOf('prompt', 'text'), placeOf('negative_prompt')];
  if (name < 0 || prompt < 0) return null;
  const found = rows.map((row) => ({
    name: row[name]?.trim() ?? '',
    prompt: row[prompt] ?? '',
    negative: row[negative] ?? '',
  }));
  return withStylesOf(
    [],
    found.filter((style) => style.name !== ''),
  );
}

/** A1111's styles.csv. */
export const styleFile = (styles: readonly Style[]): string =>
  fileOf([
    ['name', 'prompt', 'negative_prompt'],
    ...styles.map(({ name, prompt, negative }) => [name, prompt, negative]),
  ]);

/** A list with these in it: in the place of those of the same name, or behind all. */
export function withStylesOf(list: readonly Style[], more: readonly Style[]): Style[] {
  const named = new Map(list.map((style) => [style.name, style]));
  for (const style of more) named.set(style.name, style);
  return [...named.values()];
}
