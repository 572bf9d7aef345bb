/** Which words of prompts have vectors of their own, and in which files. */
import { bundledWords, embeddingWords, triggersOf } from '../nets/detect/embedding';
import type { EmbeddingSource } from '../pipeline/files/embedding';
import { cutAtWords, mentions } from '../text/words';
import type { Header } from '../weights/safetensors';
import type { ByteSource } from '../weights/source';
import type { AddonFacts } from './api';

/** An addition to models, as it is listed. */
export interface Listed {
  readonly id: string;
  readonly addon: AddonFacts;
}

/** A word in a prompt, and the ids of files with vectors for it: several, where two files may belong together. */
export interface CalledWord {
  readonly trigger: string;
  readonly ids: readonly string[];
}

/** @param on ids of the LoRAs that are on: words in their files count only then, and come first. */
export function calledWords(
  addons: readonly Listed[],
  prompts: readonly string[],
  on: ReadonlySet<string>,
): CalledWord[] {
  const called = new Map<string, { trigger: string; ids: string[] }>();
  const inOrder = addons
    .filter(({ id, addon }) => addon.kind === 'embedding' || (addon.kind === 'lora' && on.has(id)))
    // Sorted by name: the second of two files that belong together is named after the first.
    .toSorted((a, b) => Number(b.addon.kind === 'lora') - Number(a.addon.kind === 'lora') || byName(a, b));
  for (const { id, addon } of inOrder) {
    for (const { trigger } of wordsIn(addon)) {
      if (!prompts.some((prompt) => mentions(prompt, trigger))) continue;
      const key = trigger.toLowerCase();
      const known = called.get(key) ?? { trigger, ids: [] };
      called.set(key, { ...known, ids: [...known.ids, id] });
    }
  }
  return [...called.values()];
}

/** Whether a word occurs by itself in prompts, and not only within a longer one of these. */
export function standsAlone(trigger: string, all: readonly string[], prompts: readonly string[]): boolean {
  const longer = all
    .filter((other) => other.length > trigger.length)
    .map((other) => ({ trigger: other, ids: [] }));
  const parts = prompts.flatMap((prompt) => cutAtWords(prompt, longer));
  return parts.some((part) => typeof part === 'string' && mentions(part, trigger));
}

/** The words that call vectors in a file; none for most kinds. */
export const wordsIn = (
  addon: AddonFacts,
): readonly { readonly trigger: string; readonly vectors: number }[] =>
  'words' in addon ? (addon.words ?? []) : [];

/** The vectors that a word has in a file. */
export function sourceOf(
  trigger: string,
  { kind, name }: AddonFacts,
  { file, header, source }: { readonly file: string; readonly header: Header; readonly source: ByteSource },
): EmbeddingSource {
  const words = kind === 'lora' ? bundledWords(header.tensors) : embeddingWords(header.tensors);
  const same = triggersOf(words, kind === 'lora' ? '' : name).find(
    (one) => one.trigger.toLowerCase() === trigger.toLowerCase(),
  );
  return { file, header, source, tensors: same?.word.tensors ?? [] };
}

const byName = (a: Listed, b: Listed): number => (a.addon.name < b.addon.name ? -1 : 1); // in any locale the same
