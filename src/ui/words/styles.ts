/** What is said of styles. */
import { clean, count } from './format';

export const savedOverWords = (name: string): string => `The style ${clean(name, 60)} was saved anew.`;

export const deletedWords = (name: string): string => `The style ${clean(name, 60)} was deleted.`;

/** @param replaced how many of them took the place of one of the same name. */
export function importedWords(styles: number, replaced: number): string {
  const imported = styles === 1 ? 'One style was imported' : `${count(styles)} styles were imported`;
  if (replaced === 0) return `${imported}.`;
  if (styles === 1) return `${imported}, in the place of one of the same name.`;
  return `${imported}, ${count(replaced)} in the place of those of the same names.`;
}

export const noStylesWords = (file: string): string =>
  `There are no styles in ${clean(file, 60)}. A1111 keeps its own in styles.csv, whose first line is “name,prompt,negative_prompt”.`;

export const nameTakenWords = (name: string): string => `Another style is called ${clean(name, 60)}.`;

export const orderWords = (names: readonly string[]): string =>
  `In this order: ${names.map((name) => clean(name, 40)).join(', ')}`;
