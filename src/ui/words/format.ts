/** Names that came from people and files, made fit to be shown, or saved under. */

/**
 * Text from a file (its name, a title, a reason) made fit for one line: without control characters and invisible
 * direction marks, which could make a name look like another one, and not endless.
 */
export function clean(text: string, most = 120): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const letters = Array.from(line);
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : line;
}

/** " v1.7.0", behind a tool's name, which some tools write before it themselves. Nothing where no version is told. */
export function versionOf({
  name,
  version = '',
}: {
  readonly name: string;
  readonly version?: string;
}): string {
  const told = clean(version.startsWith(`${name} `) ? version.slice(name.length) : version, 40);
  return told && ` ${told}`;
}

/**
 * The name a file is saved under, which came from a stranger: no folder, no hidden file, no letter that some system keeps
 * for itself, and short enough for all of them.
 */
export function saveName(file: string): string {
  const [, stem = '', ending = ''] =
    /^(.*?)(\.[\w-]{1,16})?$/s.exec(file.toWellFormed().replace(/^.*[/\\]/s, '')) ?? [];
  const plain = clean(stem.replace(/[<>:"|?*]/g, '_'), 80).replace(/^[.\s]+/, '');
  return (plain || 'model') + ending;
}

/** The name a picture is saved under: "drobe-42-red-apple.png", or where it is the third of a batch "drobe-42-3-red-apple.png". */
export function fileName(seed: bigint, prompt: string, index?: number): string {
  const words = prompt
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  let slug = '';
  for (const word of words ?? []) {
    if (slug && slug.length + word.length > 48) break;
    slug += `-${word.slice(0, 48)}`;
  }
  const number = index === undefined ? '' : `-${index + 1}`;
  return `drobe-${seed}${number}${slug}.png`;
}
