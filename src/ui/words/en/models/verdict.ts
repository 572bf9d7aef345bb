/** What a file turned out to be, in words. */
import type { Inspection, ModelFacts } from '../../../../engine/api';
import { clean } from '../../format';
import { loans } from './loans';
import { models } from './models';
import { predicts as predicting } from './predicts';
import { problems } from '../problems';

type Part = Inspection['parts'][number]['part'];

const partWords: Record<Part, string> = {
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
function verdictWords(verdict: Inspection['verdict'], file: string, use: Inspection['use'] = null): string {
  if ('facts' in verdict) {
    const { family, kind, predicts } = verdict.facts;
    const more = predicts ? ` It ${predicting.predicts(predicts)}${predicting.tellers(predicts)}.` : '';
    const holds = loans.holds(verdict.facts);
    return `A checkpoint that Drobė can run: ${clean(family, 60)}${holds && ` ${holds}`}, which ${uses[kind]}.${more}`;
  }
  if ('addon' in verdict) return `An addition to a model. ${models.addon(verdict.addon, use)}.`;
  return problems.sentence(verdict.problem, file);
}

export const verdict = {
  parts: partWords,
  verdict: verdictWords,
};
