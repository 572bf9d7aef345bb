import type { ModelFacts } from '../../../../engine/api';
import type { verdict as English } from '../../en/models/verdict';
import { clean } from '../../format';
import { loans } from './loans';
import { models } from './models';
import { predicts as predicting } from './predicts';
import { problems } from '../problems';

const uses: Record<ModelFacts['kind'], string> = {
  base: 'jis piešia pagal užklausą arba iš vaizdo',
  inpaint: 'jis užpildo tai, ką dengia kaukė',
  instruct: 'jis keičia vaizdą pagal nurodymą',
};

export const verdict: typeof English = {
  parts: {
    UNet: 'UNet',
    MMDiT: 'MMDiT',
    VAE: 'VAE',
    'text encoder': 'Teksto koduotojas',
    'second text encoder': 'Antrasis teksto koduotojas',
    T5: 'T5',
    'EMA copy': 'UNet EMA kopija',
    other: 'Kita',
  },

  verdict(verdict, file, use = null) {
    if ('facts' in verdict) {
      const { family, kind, predicts } = verdict.facts;
      const more = predicts ? ` Jis ${predicting.predicts(predicts)}${predicting.tellers(predicts)}.` : '';
      const holds = loans.holds(verdict.facts);
      return `Modelio failas, su kuriuo Drobė gali piešti: ${clean(family, 60)}${holds && ` ${holds}`}, ${uses[kind]}.${more}`;
    }
    if ('addon' in verdict) return `Modelio priedas. ${models.addon(verdict.addon, use)}.`;
    return problems.sentence(verdict.problem, file);
  },
};
