/** What is said of a picture that is part of the prompt. */
import type { IpAdapterFacts } from '../../../../engine/api';
import type { ReferenceObstacle } from '../../../reference/reference';
import { hasUNet, type Family } from '../../family';
import { clean } from '../../format';
import { format } from '../format';
import { models } from '../models/models';

const { count } = format;

const referenceObstacleWords: Readonly<Record<ReferenceObstacle, string>> = {
  'no-adapter': 'Import an IP-Adapter for this model, or remove the reference image',
  'no-encoder': 'Import the image encoder that the IP-Adapter needs, or remove the reference image',
  'no-reference-picture': 'Choose a picture as the reference image, or remove it',
};

const referenceRemovedWords = (number: number): string => `Reference ${number} was removed.`;

/** @param other another picture took its place; else none. */
const referenceReplacedWords = (name: string, other: boolean): string =>
  `${clean(name, 60)} was ${other ? 'replaced' : 'removed'}.`;

/** @param other another mask took its place; else none. */
const maskReplacedWords = (other: boolean): string =>
  other ? 'The reference image’s mask was replaced.' : 'The reference image’s mask was removed.';

const maskHint = 'Where the mask is black, this picture has no say.';
const maskPaintHint = 'The picture counts where you paint. With nothing painted, it counts everywhere.';

/** So many pictures are part of the prompt. */
const referencesWords = (references: number): string =>
  references === 1 ? 'a reference image' : `${count(references)} reference images`;

/** Where no adapter at hand fits. @param others that there are for other models: their bases. */
function noAdapterWords(model: Family, others: readonly string[]): string {
  const family = clean(model.family, 60);
  if (!hasUNet(model))
    return `${family} takes no reference images here: IP-Adapters are for Stable Diffusion 1.x and XL.`;
  const bases = [...new Set(others)].map((base) => clean(base, 40));
  const there = bases.length > 0 ? ` Here are some for ${bases.join(' and ')}.` : '';
  return `No IP-Adapter here is for ${family}: import one, as a .safetensors file.${there}`;
}

/** Where no encoder at hand gives an adapter what it needs. */
const noEncoderWords = ({ wants: { seen, width } }: IpAdapterFacts): string =>
  `This adapter looks at pictures by ${models.encoderWanted(seen, width)}. Import that, too.`;

export const reference = {
  obstacles: referenceObstacleWords,
  removed: referenceRemovedWords,
  replaced: referenceReplacedWords,
  maskReplaced: maskReplacedWords,
  maskHint,
  maskPaintHint,
  taken: referencesWords,
  noAdapter: noAdapterWords,
  noEncoder: noEncoderWords,
};
