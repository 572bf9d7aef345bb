/** What a prompt asks for in A1111's words for more nets, `<lora:name:0.8>`. */
import { WORD } from '../text/python';

/** One of them: what stands between its colons, and what of that has a name, `te=0.5`. */
export interface Network {
  readonly items: readonly string[];
  readonly positional: readonly string[];
  readonly named: Readonly<Record<string, string>>;
}

const TAG = new RegExp(`<(${WORD}+):([^>]+)>`, 'gu');

/** The prompt without them, and they by their kind. */
export function networksOf(prompt: string): {
  readonly text: string;
  readonly networks: Readonly<Record<string, readonly Network[]>>;
} {
  const networks: Record<string, Network[]> = {};
  const text = prompt.replace(TAG, (_, kind: string, said: string) => {
    (networks[kind] ??= []).push(networkOf(said.split(':')));
    return '';
  });
  return { text, networks };
}

function networkOf(items: readonly string[]): Network {
  const named = items.filter((item) => item.includes('='));
  const cut = (item: string): readonly [string, string] => {
    const at = item.indexOf('=');
    return [item.slice(0, at), item.slice(at + 1)];
  };
  return {
    items,
    positional: items.filter((item) => !item.includes('=')),
    named: Object.fromEntries(named.map(cut)),
  };
}
