/** The nets at hand that read pictures: which of them fit a model, and what each likes to be shown. */
import { hintMakers, usualMaker, type HintName } from '../../canvas/hints';
import type { AddonFacts, ModelEntry, ModelFacts } from '../../engine/api';
import { isForFamily } from '../settings/family';
import { withPreprocessor, type Unit } from './unit';

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
  isForFamily(addon.base, model.family) ? `${addon.base} of another size` : addon.base;

/** Of the kinds that a net tells apart, the one that a preprocessor makes; the first where none is called like it. */
export function likelyKind({ kinds = [] }: ControlFacts, preprocessor: HintName): string {
  const [word = ''] = preprocessor.split('_');
  return kinds.find((kind) => kind.toLowerCase().includes(word)) ?? kinds[0] ?? '';
}

/** From now on with another net: with the preprocessor and the kind of hint that suit it. */
export function withNet({ id, file, addon }: ControlNet): Partial<Unit> {
  const preprocessor = usualMaker(file.replace(/^.*\//, ''));
  return { model: id, ...withPreprocessor(preprocessor), hintKind: likelyKind(addon, preprocessor) };
}

/** Preprocessors as they are called on the page. */
export const preprocessorLabels = Object.fromEntries(
  Object.entries(hintMakers).map(([name, { label }]) => [name, label]),
) as Readonly<Record<HintName, string>>;
