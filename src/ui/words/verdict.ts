/** What a file turned out to be, in words. */
import type { Inspection, ModelFacts } from '../../engine/api';
import { clean } from './format';
import { holdsWords } from './loans';
import { addonWords } from './models';
import { predictsWords, tellersWords } from './predicts';
import { sentence } from './problems';

type Part = Inspection['parts'][number]['part'];

export const partWords: Record<Part, string> = {
  UNet: 'UNet',
  MMDiT: 'MMDiT',
  VAE: 'VAE',
  'text encoder': 'Text encoder',
  'second text encoder': 'Second text encoder',
  T5: 'T5',
  'EMA copy': 'EMA copy of the UNet',
  other: 'Other',
};

const uses: Record<ModelFacts['kind'], string> = {
  base: 'draws from a prompt or from a picture',
  inpaint: 'fills in what a mask hides',
  instruct: 'changes a picture by instruction',
};

/**
 * What Drobė takes a file for; where it cannot use it, why.
 * @param use how much of a LoRA the chosen model uses.
 */
export function verdictWords(
  verdict: Inspection['verdict'],
  file: string,
  use: Inspection['use'] = null,
): string {
  if ('facts' in verdict) {
    const { family, kind, predicts } = verdict.facts;
    const more = predicts ? ` It ${predictsWords(predicts)}${tellersWords(predicts)}.` : '';
    const holds = holdsWords(verdict.facts);
    return `A checkpoint that Drobė can run: ${clean(family, 60)}${holds && ` ${holds}`}, which ${uses[kind]}.${more}`;
  }
  if ('addon' in verdict) return `An addition to a model. ${addonWords(verdict.addon, use)}.`;
  return sentence(verdict.problem, file);
}
