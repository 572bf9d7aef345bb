/** A module's name in normal form, and one that other programs give it. */
export type Pair = readonly [normal: string, theirs: string];

/** Pairs of modules inside a module that has two names itself. */
export const within = ([normal, theirs]: Pair, inner: readonly Pair[]): Pair[] =>
  inner.map(([a, b]) => [`${normal}.${a}`, `${theirs}.${b}`]);

/** A name with its module renamed, into normal form or out of it; null where no module has such a name. */
export function renamer(pairs: readonly Pair[], to: 'normal' | 'theirs'): (name: string) => string | null {
  const table = new Map(
    pairs.map(([normal, theirs]) => (to === 'normal' ? [theirs, normal] : [normal, theirs])),
  );
  return (name) => {
    // The longest module first: `conv` is the beginning of `conv.weight`.
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const module = table.get(name.slice(0, end));
      if (module !== undefined) return module + name.slice(end);
    }
    return null;
  };
}
