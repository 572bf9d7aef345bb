/** What the benchmark was asked for on its command line. */
import { parseArgs } from 'node:util';
import type { Backend, Levers, NetKind, Opening } from './ask';

export interface Switches {
  readonly backends: readonly Backend[];
  readonly nets: readonly NetKind[];
  /** How often everything is opened anew, and how often it then runs. */
  readonly rounds: number;
  readonly steps: number;
  readonly threads: number | undefined;
  /** Of the latents. */
  readonly side: number;
  /** Whether it is told, after all else, where the time of a run goes. */
  readonly profile: boolean;
  /** The first is compared with the others. */
  readonly variants: readonly Variant[];
}

/** One of the graphs that are compared. */
export interface Variant extends Pick<Opening, 'by' | 'levers' | 'native'> {
  readonly name: string;
}

/**
 * `--lever prelude=no` puts our graph with that lever off beside ours; several in one word, parted by commas, are pulled
 * together; several `--lever` are several graphs. Then there is no exported graph, unless `--exported` asks for it.
 * `--native` runs both, beside the CPU backend, outside the browser too.
 *
 * @throws where a switch is not known.
 */
export function switchesOf(args: readonly string[]): Switches {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backends: { type: 'string', default: 'webgpu,wasm' },
      nets: { type: 'string', default: 'unet,vae' },
      rounds: { type: 'string', default: '2' },
      steps: { type: 'string', default: '6' },
      threads: { type: 'string' },
      side: { type: 'string', default: '32' },
      lever: { type: 'string', multiple: true, default: [] },
      exported: { type: 'boolean' },
      native: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const levers = values.lever.map((word): Variant => ({ name: word, by: 'ours', levers: leversIn(word) }));
  const exported: Variant = { name: 'exported', by: 'exported', levers: {} };
  const peers: Variant[] = [exported];
  if (values.native) {
    peers.push({ ...exported, name: 'exported, native', native: true });
    peers.push({ name: 'ours, native', by: 'ours', levers: {}, native: true });
  }
  return {
    backends: list(values.backends, ['webgpu', 'wasm']),
    nets: list(values.nets, ['unet', 'vae']),
    rounds: Number(values.rounds),
    steps: Number(values.steps),
    threads: values.threads === undefined ? undefined : Number(values.threads),
    side: Number(values.side),
    profile: values.profile,
    variants: [
      { name: 'ours', by: 'ours', levers: {} },
      ...levers,
      ...(levers.length === 0 || values.exported ? peers : []),
    ],
  };
}

function list<T extends string>(words: string, known: readonly T[]): T[] {
  return words.split(',').map((word) => {
    const found = known.find((one) => one === word);
    if (!found) throw new Error(`${word} is none of ${known.join(', ')}`);
    return found;
  });
}

/** `a=no,b=4,c=f16`; a name alone is yes. */
function leversIn(words: string): Levers {
  const value = (word: string): boolean | number | string => {
    if (word === 'yes' || word === 'no') return word === 'yes';
    return Number.isNaN(Number(word)) ? word : Number(word);
  };
  return Object.fromEntries(
    words.split(',').map((word) => {
      const [name, is = 'yes'] = word.split('=');
      return [name, value(is)];
    }),
  ) as Levers;
}
