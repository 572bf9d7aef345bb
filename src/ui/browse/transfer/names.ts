/** Where pictures lie in what is taken out of the album. */
import { saveName } from '../../words/format';

/** The folder as one in a file system, or none, and the file's name in it. */
export const pathOf = (folder: string, file: string): readonly string[] =>
  folder.trim() === '' ? [saveName(file)] : [saveName(folder), saveName(file)];

/** The name that a file gets where others have that name: "a.png", then "a (2).png". */
export function numbered(name: string, number: number): string {
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? [];
  return number === 1 ? name : `${stem} (${number})${ending}`;
}

/** Gives paths that no other has. Most systems take A for a. */
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
