/** Tags in a prompt that ask for more than words: A1111's `<lora:name:0.8>`, and others of its kind. */
import { float } from './python';

/** `<kind:item:item>`, as A1111 reads any of them. */
export interface Tag {
  readonly kind: string;
  readonly items: readonly string[];
}

/** A LoRA that a prompt asks for. */
export interface LoraTag {
  readonly name: string;
  /** How much of it is added to the text encoders, and to the UNet. */
  readonly text: number;
  readonly unet: number;
}

/** A prompt, and the tags that were in it. */
export interface Tagged {
  /** The prompt without its tags, and else as it was. */
  readonly prompt: string;
  readonly loras: readonly LoraTag[];
  /** Tags that have no meaning here: hypernetworks, and those of extensions. */
  readonly others: readonly Tag[];
}

const TAG = /<([\p{L}\p{N}_]+):([^>]+)>/gu;
/** With the blank before it, which is removed with it. */
const SPACED = new RegExp(`([ \\t]?)${TAG.source}`, TAG.flags);

/** Text after the last `>` holds no tag; searching it would be slow where many tags begin and none ends. */
const tagsEnd = (prompt: string): number => prompt.lastIndexOf('>') + 1;

/** The prompt with something in the place of each tag. */
function replaced(prompt: string, tag: RegExp, by: (...match: string[]) => string): string {
  const end = tagsEnd(prompt);
  return prompt.slice(0, end).replace(tag, by) + prompt.slice(end);
}
/** LyCORIS files are LoRAs of other kinds; an extension that A1111 took in had a tag of its own for them. */
const LORAS = new Set(['lora', 'lyco']);

/** Every tag of a prompt, and the prompt without them. */
export function tagsOf(prompt: string): { readonly prompt: string; readonly tags: readonly Tag[] } {
  const tags: Tag[] = [];
  const rest = replaced(prompt, TAG, (_, kind = '', items = '') => {
    tags.push({ kind, items: items.split(':') });
    return '';
  });
  return { prompt: rest, tags };
}

/**
 * What a prompt's tags ask for. A LoRA's is `<lora:name>` in full, `<lora:name:weight>`, or `<lora:name:text weight:unet weight>`,
 * where weights may be named, `te=0.5:unet=1`. A name may have colons in it: it ends before the first weight, or is the
 * longest one that is known. Names alone are not weights: `<lora:name:strong>` asks for "name:strong".
 */
export function loraTags(prompt: string, known: readonly string[] = []): Tagged {
  const { prompt: rest, tags } = tagsOf(prompt);
  const isLora = ({ kind }: Tag): boolean => LORAS.has(kind.toLowerCase());
  return {
    prompt: rest,
    loras: tags.filter(isLora).map(({ items }) => loraOf(items, known)),
    others: tags.filter((tag) => !isLora(tag)),
  };
}

const NAMED = /^\s*(te|unet|dyn)\s*=(.*)$/i;

function loraOf(items: readonly string[], known: readonly string[]): LoraTag {
  const [name, ...given] = split(items, known);
  const places: number[] = [];
  const named = new Map<string, number>();
  for (const item of given) {
    const [, key, value = item] = NAMED.exec(item) ?? [];
    const weight = finite(value) ?? 1;
    if (key) named.set(key.toLowerCase(), weight);
    else places.push(weight);
  }
  const text = named.get('te') ?? places[0] ?? 1;
  return { name: name!.trim(), text, unet: named.get('unet') ?? places[1] ?? text };
}

/** Items with those joined that are the name's. */
function split(items: readonly string[], known: readonly string[]): string[] {
  const joined = (count: number): string => items.slice(0, count).join(':');
  let count = items.length;
  while (count > 0 && !known.some((name) => sameName(name, joined(count)))) count--;
  if (count === 0) {
    const weight = items.findIndex((item, i) => i > 0 && (finite(item) !== null || NAMED.test(item)));
    count = weight < 0 ? items.length : weight;
  }
  return [joined(count), ...items.slice(count)];
}

/** With a decimal comma, too: another weight would be meant by nobody. */
function finite(text: string): number | null {
  const number = float(text.replace(/^(\s*[+-]?\d*),(?=\d+\s*$)/, '$1.'));
  return number !== null && Number.isFinite(number) ? number : null;
}

/**
 * The name in a prompt for a file of this name. File names may have any character; in a prompt some would end a tag,
 * be read as a choice or a list to draw from, or be lost with the blanks around them.
 */
export const callName = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[<>{}|]/g, '_')
    .replace(/__+/g, '_')
    .replace(/\s+/g, ' ')
    .trim() || '_';

/**
 * Whether two names of files mean the same to a prompt: capitals do not matter, nor whether accents are letters of their
 * own (macOS), nor the letters that no tag can have.
 */
export const sameName = (one: string, other: string): boolean =>
  callName(one).toLowerCase() === callName(other).toLowerCase();

/** This name, or where others mean the same, the first with a number behind it that none has: "ink-2". */
export function nameApart(name: string, others: readonly string[]): string {
  for (let number = 1; ; number++) {
    const apart = number === 1 ? name : `${name}-${number}`;
    if (!others.some((other) => sameName(other, apart))) return apart;
  }
}

/**
 * The prompt with this LoRA at this weight, or without it where that is null; other tags stay as they are. Where it has a weight of
 * its own for the text encoders, it keeps that.
 */
export function withLora(prompt: string, name: string, weight: number | null): string {
  const before = loraTags(prompt, [name]).loras.find((lora) => sameName(lora.name, name));
  const text = before && before.text !== before.unet ? `${before.text}:` : '';
  const tag = weight === null ? '' : `<lora:${callName(name)}:${text}${weight}>`;
  const asksForIt = (whole: string): boolean =>
    loraTags(whole, [name]).loras.some((lora) => sameName(lora.name, name));
  if (![...prompt.slice(0, tagsEnd(prompt)).matchAll(TAG)].some(([whole]) => asksForIt(whole)))
    return tag === '' ? prompt : [prompt.trimEnd(), tag].filter(Boolean).join(' ');
  let left = tag; // stands in the place of the first; more of the same name go
  const changed = replaced(prompt, SPACED, (whole = '', space = '') => {
    if (!asksForIt(whole)) return whole;
    const put = left && space + left;
    left = '';
    return put;
  });
  return changed.trim();
}

/** The prompt with another name in the tags that ask for this LoRA. */
export function withOtherName(prompt: string, name: string, other: string): string {
  return replaced(prompt, TAG, (whole = '', kind = '', items = '') => {
    if (!LORAS.has(kind.toLowerCase())) return whole;
    const [called = '', ...weights] = split(items.split(':'), [name]);
    return sameName(called, name) ? `<${[kind, callName(other), ...weights].join(':')}>` : whole;
  });
}
