/**
 * Preprocessors that are nets, each with a file of its own: one row each, under its name in A1111's extension
 * (sd-webui-controlnet). The nets run in the engine; this table tells which file makes which hint.
 */
import { keysOf } from '../../objects';
import type { Preprocessor } from './preprocessor';

/** A preprocessor whose hints a net makes. */
export interface NetHint extends Preprocessor {
  /** The net in the file, as `nets/hints/hint-net` calls it. */
  readonly net: string;
  /** Pattern of the file's name, where several files have nets of one kind; absent: all others of that kind. */
  readonly named?: RegExp;
}

const depths = ['depth', 'zoe', 'midas'];
const lines = ['lineart', 'line-art', 'line_art'];

/** In the order in which they are offered. */
const hints = {
  depth_anything_v2: { net: 'Depth Anything', nets: depths },
  depth_anything: {
    net: 'Depth Anything',
    nets: depths,
    named: /depth[-_ ]?anything(?![-_ ]?v2)/i,
  },
  lineart_realistic: {
    net: 'Informative drawings',
    nets: lines,
  },
  lineart_coarse: {
    net: 'Informative drawings',
    nets: lines,
    named: /sk_model2|coarse/i,
  },
  softedge_hed: {
    net: 'HED',
    nets: ['softedge', 'soft-edge', 'soft_edge', '-hed', '_hed'],
  },
} as const satisfies Readonly<Record<string, Omit<NetHint, 'numbers' | 'scaled'>>>;

export type NetHintName = keyof typeof hints;

export const netHintNames: readonly NetHintName[] = keysOf<NetHintName>(hints);

/** None takes numbers, and each has a resolution of its own. */
export const netHints = Object.fromEntries(
  netHintNames.map((name) => [name, { ...hints[name], numbers: [], scaled: true }]),
) as unknown as Readonly<Record<NetHintName, NetHint>>; // one for each name

export const isNetHint = (name: string): name is NetHintName => Object.hasOwn(hints, name);

/** Which hint a file with this net makes; undefined for a net that makes none of ours. */
export function netHintOf(net: string, file: string): NetHintName | undefined {
  const own = netHintNames.filter((name) => netHints[name].net === net);
  return own.find((name) => netHints[name].named?.test(file)) ?? own.find((name) => !netHints[name].named);
}
