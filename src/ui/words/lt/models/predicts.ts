import type { Predicts } from '../../../../engine/api';
import type { predicts as English } from '../../en/models/predicts';
import { format, listed } from '../format';

const predictions = {
  epsilon: { nominative: 'triukšmas', accusative: 'triukšmą' },
  v: { nominative: 'v', accusative: 'v' },
  flow: { nominative: 'srautas triukšmo link', accusative: 'srautą triukšmo link' },
} as const;

const tellerNames: Readonly<Record<Predicts['told'][number], string>> = {
  marks: 'požymiai tarp jo tenzorių',
  metadata: 'jo metaduomenys',
  yaml: 'greta esantis .yaml',
  scheduler: 'jo scheduler_config.json',
};

const predictsWords = ({ prediction, zeroSnr, sigmaMax }: Predicts): string => {
  const what = prediction ? predictions[prediction].accusative : 'triukšmą arba v (parodys bandymas)';
  const over =
    sigmaMax === null
      ? zeroSnr
        ? ', nulinis galinis SNR'
        : ''
      : `, EDM tvarkaraštis, σ iki ${format.number(Number(sigmaMax.toPrecision(4)))}`;
  return `spėja ${what}${over}`;
};

const tellers = ({ told }: Predicts): string =>
  told.length === 0 ? '' : ` (taip sako ${listed(told.map((teller) => tellerNames[teller]))})`;

export const predicts: typeof English = {
  predicts: predictsWords,
  tellers,

  unusual(predicts) {
    if (!predicts) return '';
    const { prediction, zeroSnr, sigmaMax, told } = predicts;
    const usual = prediction === 'epsilon' && !zeroSnr && sigmaMax === null && told.length === 0;
    return usual ? '' : predictsWords(predicts) + tellers(predicts);
  },

  predictionChoices(predicts) {
    const said =
      predicts && (predicts.prediction ? predictions[predicts.prediction].nominative : 'parodys bandymas');
    return { auto: `Kaip sako modelis${said ? ` (${said})` : ''}`, epsilon: 'epsilon (triukšmas)', v: 'v' };
  },

  zeroSnrChoices(predicts) {
    const said = predicts ? ` (${predicts.zeroSnr ? 'įjungta' : 'išjungta'})` : '';
    return { auto: `Kaip sako modelis${said}`, on: 'Įjungta', off: 'Išjungta' };
  },
};
