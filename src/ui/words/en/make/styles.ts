/** What is said of styles. */
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

export const styles = {
  savedOver: (name: string): string => `The style ${clean(name, 60)} was saved anew.`,

  deleted: (name: string): string => `The style ${clean(name, 60)} was deleted.`,

  /** @param replaced how many of them took the place of one of the same name. */
  imported(styles: number, replaced: number): string {
    const imported = plural(styles, {
      one: 'One style was imported',
      other: `${count(styles)} styles were imported`,
    });
    if (replaced === 0) return `${imported}.`;
    if (styles === 1) return `${imported}, in the place of one of the same name.`;
    return `${imported}, ${count(replaced)} in the place of those of the same names.`;
  },

  none: (file: string): string =>
    `There are no styles in ${clean(file, 60)}. A1111 keeps its own in styles.csv, whose first line is “name,prompt,negative_prompt”.`,

  nameTaken: (name: string): string => `Another style is called ${clean(name, 60)}.`,

  order: (names: readonly string[]): string =>
    `In this order: ${names.map((name) => clean(name, 40)).join(', ')}`,
};
