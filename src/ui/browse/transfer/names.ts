/** Paths of pictures in an export. */
import { saveName } from '../../words/format';

/** The album's folder, if any, and the file's name, as safe names in a file system. */
export const pathOf = (folder: string, file: string): readonly string[] =>
  folder.trim() === '' ? [saveName(file)] : [saveName(folder), saveName(file)];

/** A name for the n-th file of one name: "a.png", then "a (2).png". */
export function numbered(name: string, number: number): string {
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? [];
  return number === 1 ? name : `${stem} (${number})${ending}`;
}

/** Makes paths unique, ignoring letter case, as most systems do. */
export function distinct(): (path: readonly string[]) => string {
  const given = new Set<string>();
  return (path) => {
    for (let number = 1; ; number++) {
      const next = [...path.slice(0, -1), numbered(path.at(-1) ?? '', number)].join('/');
      const isNew = !given.has(next.toLowerCase());
      given.add(next.toLowerCase());
      if (isNew) return next;
    }
  };
}
