/** The files that a text about a picture names, with their hashes. */
import { fieldsOf, isList, itemsOf } from '../../objects';
import type { Resource, ResourceKind } from '../recipe';

/** SHA-256 of a file; also of a LoRA's tensors alone, and of a small part of the file, where these are known. */
export interface FileHashes {
  readonly file: string;
  readonly tensors?: string;
  readonly brief?: string;
}

/**
 * A file's hash as A1111 writes it: for LoRAs, that of the tensors, which stays the same when only metadata change; for
 * ControlNets, that of a small part, by which A1111's extension finds them. Undefined where it is not known.
 */
export function shortHash(kind: ResourceKind, { file, tensors, brief }: FileHashes): string | undefined {
  if (kind === 'control') return brief;
  return kind === 'lora' ? tensors?.slice(0, 12) : file.slice(0, 10);
}

/** "name: hash, name: hash"; files without a hash are left out. */
export const hashList = (resources: readonly Resource[]): string =>
  resources
    .filter(({ hash }) => hash !== undefined)
    .map(({ name, hash }) => `${name}: ${hash}`)
    .join(', ');

function listed(kind: ResourceKind, list: string | undefined): Resource[] {
  return (list ?? '').split(',').flatMap((item) => {
    const colon = item.lastIndexOf(':');
    const name = item.slice(0, colon).trim();
    return colon < 0 || name === '' ? [] : [{ kind, name, hash: item.slice(colon + 1).trim() }];
  });
}

/** What A1111 writes when the VAE is the checkpoint's own. */
const noVae: readonly (string | undefined)[] = [undefined, 'None', 'Automatic'];

/**
 * The files that the settings of such a text name.
 * @param said values by name.
 */
export function resourcesIn(said: ReadonlyMap<string, string>): Resource[] {
  const one = (kind: ResourceKind, name: string | undefined, hash: string | undefined): Resource[] =>
    name === undefined && hash === undefined ? [] : [{ kind, name: name ?? '', ...(hash && { hash }) }];
  const vae = said.get('VAE');
  return [
    ...one('model', said.get('Model'), said.get('Model hash')),
    ...(noVae.includes(vae) && !said.has('VAE hash') ? [] : one('vae', vae, said.get('VAE hash'))),
    ...listed('lora', said.get('Lora hashes')),
    ...listed('embedding', said.get('TI hashes')),
  ];
}

/** Kinds of files by Civitai's names. */
const civitaiKinds: ReadonlyMap<string, ResourceKind> = new Map([
  ['checkpoint', 'model'],
  ['model', 'model'],
  ['dora', 'lora'],
  ['locon', 'lora'],
  ['lora', 'lora'],
  ['lycoris', 'lora'],
  ['embed', 'embedding'],
  ['textualinversion', 'embedding'],
  ['vae', 'vae'],
]);

/** Values in JSON without the quotes that would protect its commas; they are read separately. */
const LISTS = ['Hashes', 'Civitai resources'] as const;

/** A LoRA's name and weight. */
export interface Weighed {
  readonly name: string;
  readonly weight: number;
}

/** LoRAs as Fooocus lists them beside its prompts: "name: weight, name: weight". */
export const weightsIn = (list = ''): Weighed[] =>
  listed('lora', list).map(({ name, hash = '' }) => ({ name, weight: Number(hash) }));

/** The prompt with tags for these LoRAs, unless it has LoRA tags already: tools without tags list LoRAs beside the prompt. */
export function tagged(prompt: string, loras: readonly Weighed[]): string {
  const known = /<(?:lora|lyco):/i.test(prompt) ? [] : loras.filter(({ weight }) => Number.isFinite(weight));
  return [prompt, ...known.map(({ name, weight }) => `<lora:${name}:${weight}>`)].join(' ').trim();
}

/** The text without such JSON, the files that this names, and the weights of LoRAs among them. */
export function withoutJson(text: string): {
  readonly text: string;
  readonly resources: readonly Resource[];
  readonly weights: readonly Weighed[];
} {
  const resources: Resource[] = [];
  const weights: Weighed[] = [];
  let rest = text;
  for (const name of LISTS) {
    const from = rest.lastIndexOf(`, ${name}: `);
    if (from < 0 || rest.includes('\n', from)) continue;
    const start = from + name.length + 4;
    const end = jsonEnd(rest, start);
    if (end === null) continue;
    try {
      const json: unknown = JSON.parse(rest.slice(start, end));
      resources.push(...filesIn(json));
      weights.push(...weightsOf(json));
      rest = rest.slice(0, from) + rest.slice(end);
    } catch {
      // No JSON after all: it is read as any other value.
    }
  }
  return { text: rest, resources, weights };
}

/** The LoRAs in a list of `{type, modelName, weight}`. */
function weightsOf(json: unknown): Weighed[] {
  return itemsOf(json).flatMap((item) => {
    const { type, modelName, weight } = fieldsOf(item);
    const isLora = typeof type === 'string' && civitaiKinds.get(type.toLowerCase()) === 'lora';
    return isLora && typeof modelName === 'string' && typeof weight === 'number'
      ? [{ name: modelName, weight }]
      : [];
  });
}

/** The index after the JSON list or object that begins at `start`; null where there is none, or it has no end. */
function jsonEnd(text: string, start: number): number | null {
  if (!/[[{]/.test(text[start] ?? '')) return null;
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const letter = text[i]!;
    if (inString && letter === '\\') i++;
    else if (letter === '"') inString = !inString;
    else if (!inString && /[[{]/.test(letter)) depth++;
    else if (!inString && /[\]}]/.test(letter) && --depth === 0) return i + 1;
  }
  return null;
}

/** The files in `{"model": hash, "lora:name": hash}`, or in a list of `{type, modelName, hash}`. */
function filesIn(json: unknown): Resource[] {
  if (isList(json)) {
    return json.flatMap((item) => {
      const { type, modelName, hash } = fieldsOf(item);
      const kind = typeof type === 'string' ? civitaiKinds.get(type.toLowerCase()) : undefined;
      if (!kind || typeof modelName !== 'string') return [];
      return [{ kind, name: modelName, ...(typeof hash === 'string' && { hash }) }];
    });
  }
  return Object.entries(fieldsOf(json)).flatMap(([key, hash]) => {
    const [type = '', ...name] = key.split(':');
    const kind = civitaiKinds.get(type);
    return kind && typeof hash === 'string' ? [{ kind, name: name.join(':'), hash }] : [];
  });
}

/** Both lists, without those of the second that the first has, by name or by hash. */
export function together(first: readonly Resource[], second: readonly Resource[]): Resource[] {
  const same = (a: Resource, b: Resource): boolean =>
    a.kind === b.kind &&
    ((a.name !== '' && a.name === b.name) || (a.hash !== undefined && a.hash === b.hash));
  return [...first, ...second.filter((resource) => !first.some((other) => same(resource, other)))];
}
