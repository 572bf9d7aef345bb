/** Hints that nets of their own make, in the engine: which are at hand, and how one is made. */
import {
  isNetHint,
  netHintNames,
  netHintOf,
  type NetHintName,
  type PreprocessorName,
} from '../../canvas/hints';
import type { Pixels } from '../../canvas/pixels';
import type { AddonFacts, Backend, EngineApi, HintWish, ModelEntry } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { DrobeError } from '../../errors';
import type { HintOrder } from './hint';
import type { HintSteps, MakeHint } from './orders';
import { words } from '../words/language.svelte';

/** A file with such a net. */
type HintNetFile = ModelEntry & { readonly addon: Extract<AddonFacts, { kind: 'hint-net' }> };

const isHintNet = (entry: ModelEntry): entry is HintNetFile =>
  'addon' in entry && entry.addon.kind === 'hint-net';

/** The file by which a hint is made: of several the largest, which sees most. */
function netFor(hint: NetHintName, here: readonly ModelEntry[]): HintNetFile | undefined {
  return here
    .filter(isHintNet)
    .filter(({ addon, file }) => netHintOf(addon.net, file) === hint)
    .sort((a, b) => b.bytes - a.bytes)[0];
}

/** Those whose nets are among these files, in the order in which they are offered. */
export const netHintsIn = (here: readonly ModelEntry[]): readonly NetHintName[] =>
  netHintNames.filter((hint) => netFor(hint, here) !== undefined);

/** Whether a preprocessor can be had with these files. */
export const isAtHand = (name: PreprocessorName, here: readonly ModelEntry[]): boolean =>
  !isNetHint(name) || netFor(name, here) !== undefined;

/** What asks the engine. */
export type AskNet = (wish: Omit<HintWish, 'backend'>, signal: AbortSignal) => Promise<Pixels>;

/** @param backend where nets are to run when one is asked. */
export function askingNets(engine: Pick<Remote<EngineApi>, 'hint'>, backend: () => Backend): AskNet {
  return async (wish, signal) => {
    const made = engine.hint(signal, { ...wish, backend: backend() });
    for (;;) {
      const { done, value } = await made.next();
      if (done) return value;
    }
  };
}

/** Hints of each picture that are kept: a net takes seconds for one. */
const KEPT = 8;

/**
 * Makes hints of either kind. What a net made of a picture is kept as long as the picture is.
 * @param steps of those that need no net, and of what is done before and after one.
 * @param here the files on this device, when a hint is asked for.
 */
export function hintsBy(steps: HintSteps, ask: AskNet, here: () => readonly ModelEntry[]): MakeHint {
  const made = new WeakMap<Pixels, Map<string, Pixels>>();

  /** What a net makes of what it is shown, asked once. */
  async function byNet(hint: NetHintName, order: HintOrder, signal: AbortSignal): Promise<Pixels> {
    const net = netFor(hint, here());
    if (!net) throw new DrobeError('hint-net-missing', { hint: words.guiding.preprocessors[hint] });
    const shown = await steps.shown(order);
    const { picture, part, resize } = order;
    const key = JSON.stringify([hint, net.id, shown.width, shown.height, part && [part, resize]]);
    const known = made.get(picture) ?? new Map<string, Pixels>();
    const before = known.get(key);
    if (before) return before;
    const pixels = await ask({ pixels: shown, hint, model: net.id }, signal);
    known.set(key, pixels);
    for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
    made.set(picture, known);
    return pixels;
  }

  return async (order, signal = new AbortController().signal) => {
    const { preprocessor } = order;
    if (!isNetHint(preprocessor)) return steps.hint(order);
    return steps.fitted(await byNet(preprocessor, order, signal), order);
  };
}
