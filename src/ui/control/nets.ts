/** The nets at hand that read pictures: which of them fit a model, and what each likes to be shown. */
import { defined } from '../../checked';
import {
  hintNames,
  isNetHint,
  netHintNames,
  preprocessors,
  usualMaker,
  type NetHintName,
  type PreprocessorName,
} from '../../canvas/hints';
import type { AddonFacts, ModelEntry, ModelFacts } from '../../engine/api';
import { isForFamily } from '../settings/family';
import { withPreprocessor, type Unit } from './unit';
import { words } from '../words/language.svelte';

export type ControlFacts = Extract<AddonFacts, { kind: 'control' }>;

/** A file with such a net. */
export type ControlNet = ModelEntry & { readonly addon: ControlFacts };

export const isControlNet = (entry: ModelEntry): entry is ControlNet =>
  'addon' in entry && entry.addon.kind === 'control';

/** What a net must fit of a model. */
export type Guided = Pick<ModelFacts, 'family' | 'textWidth'>;

/** Whether a net was made for models like this one; where it is not known how large they are, for its family. */
export function fits({ addon }: ControlNet, model: Guided): boolean {
  const known = addon.textWidth !== undefined && model.textWidth !== undefined;
  return isForFamily(addon.base, model.family) && (!known || addon.textWidth === model.textWidth);
}

/** What a net that does not fit a model is for. */
export const meantFor = ({ addon }: ControlNet, model: Guided): string =>
  isForFamily(addon.base, model.family) ? words.guiding.otherSize(addon.base) : addon.base;

/** Of the kinds that a net tells apart, the one that a preprocessor makes; the first where none is called like it. */
export function likelyKind({ kinds = [] }: ControlFacts, preprocessor: PreprocessorName): string {
  const [word = ''] = preprocessor.split('_');
  return kinds.find((kind) => kind.toLowerCase().includes(word)) ?? kinds[0] ?? '';
}

const bareName = (file: string): string => file.replace(/^.*\//, '');

/**
 * From now on with another net: with the preprocessor and the kind of hint that suit it.
 * @param byNets the preprocessors whose nets are at hand.
 */
export function withNet({ id, file, addon }: ControlNet, byNets: readonly NetHintName[]): Partial<Unit> {
  const preprocessor = usualMaker(bareName(file), byNets);
  return { model: id, ...withPreprocessor(preprocessor), hintKind: likelyKind(addon, preprocessor) };
}

/** A unit's settings with another net. The preprocessor that was chosen stays, where both nets would begin with the same. */
export function withOtherNet(
  { preprocessor }: Pick<Unit, 'preprocessor'>,
  before: ControlNet | null,
  net: ControlNet,
  byNets: readonly NetHintName[],
): Partial<Unit> {
  const fresh = withNet(net, byNets);
  return before && withNet(before, byNets).preprocessor === fresh.preprocessor
    ? { model: net.id, hintKind: likelyKind(net.addon, preprocessor) }
    : fresh;
}

/** The preprocessor that would suit a net best, and whose own net is not at hand; null for most. */
export function lacking({ file }: ControlNet, byNets: readonly NetHintName[]): NetHintName | null {
  const usual = usualMaker(bareName(file), netHintNames);
  const kin = isNetHint(usual) && netHintNames.filter((name) => sameNet(name, usual));
  return kin && !kin.some((name) => byNets.includes(name)) ? usual : null;
}

const sameNet = (a: NetHintName, b: NetHintName): boolean =>
  preprocessors[a].nets.join() === preprocessors[b].nets.join();

/**
 * Preprocessors as they are called on the page: those that nets make where these are at hand, and the one that is chosen.
 * @param gone what is said of that one where its net is not at hand.
 */
export function preprocessorLabels(
  byNets: readonly NetHintName[],
  chosen: PreprocessorName,
  gone: (label: string) => string,
): Readonly<Partial<Record<PreprocessorName, string>>> {
  const [none, ...others] = hintNames;
  const offered = [defined(none), ...byNets, ...others];
  return {
    ...Object.fromEntries(offered.map((name) => [name, words.guiding.preprocessors[name]])),
    ...(!offered.includes(chosen) && { [chosen]: gone(words.guiding.preprocessors[chosen]) }),
  };
}
