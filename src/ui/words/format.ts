/** Numbers and names as people read them. */

const unitOf = (unit: string) =>
  new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 });

const sizes = (
  [
    [1e9, 'gigabyte'],
    [1e6, 'megabyte'],
    [1e3, 'kilobyte'],
  ] as const
).map(([bytes, unit]) => ({ bytes, format: unitOf(unit) }));
const byte = new Intl.NumberFormat('en', { style: 'unit', unit: 'byte', unitDisplay: 'long' });

/** 28_100_000 → "28.1 MB". */
export function bytes(count: number): string {
  const size = sizes.find((s) => count >= s.bytes * 0.9995); // 999,999 is "1 MB", not "1,000 kB"
  return size ? size.format.format(count / size.bytes) : byte.format(count);
}

const whole = new Intl.NumberFormat('en');

/** 859_520_964 → "859,520,964". */
export const count = (n: number): string => whole.format(n);

/** 3_200 → "3.2 s"; 75_000 → "1 min 15 s". */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A rough time to come, which jumps less than an exact one: "about 40 s left". */
export function timeLeft(milliseconds: number): string {
  return `about ${roughly(milliseconds / 1000)} left`;
}

/** No more exactly than a guess deserves: "a second", "4 s", "35 s", "2 min". */
export function roughly(seconds: number): string {
  if (seconds < 1.5) return 'a second';
  if (seconds < 10) return `${Math.round(seconds)} s`;
  if (seconds < 55) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/**
 * Text from a file (its name, a title, a reason) made fit for one line: without control characters and invisible
 * direction marks, which could make a name look like another one, and not endless.
 */
export function clean(text: string, most = 120): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const letters = Array.from(line);
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : line;
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
