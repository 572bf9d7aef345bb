/** What is said of what a model predicts, and over which noise. */
import type { Predicts } from '../../../../engine/api';

const predictionWords = { epsilon: 'noise', v: 'v', flow: 'the flow towards noise' } as const;

/** What a model predicts, and over which noise: "predicts v, zero terminal SNR". */
function predictsWords({ prediction, zeroSnr, sigmaMax }: Predicts): string {
  const what = prediction ? predictionWords[prediction] : 'noise or v, which a trial shows';
  const over =
    sigmaMax === null ? (zeroSnr ? ', zero terminal SNR' : '') : `, EDM schedule, σ up to ${round(sigmaMax)}`;
  return `predicts ${what}${over}`;
}

const round = (value: number): string => String(Number(value.toPrecision(4)));

/** Who says it, so that a person knows where to look. */
const tellers: Readonly<Record<Predicts['told'][number], string>> = {
  marks: 'marks among its tensors',
  metadata: 'its metadata',
  yaml: 'the .yaml beside it',
  scheduler: 'its scheduler_config.json',
};

/** As the end of a clause; empty where nobody says it. */
function tellersWords({ told }: Predicts): string {
  const names = told.map((teller) => tellers[teller]);
  const all = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
  return all === undefined ? '' : ` (as ${all} ${told.length > 1 || told[0] === 'marks' ? 'say' : 'says'})`;
}

/** What is worth a word in a list: what is not as in most models. */
function unusualWords(predicts: Predicts | undefined): string {
  if (!predicts) return '';
  const { prediction, zeroSnr, sigmaMax, told } = predicts;
  const usual = prediction === 'epsilon' && !zeroSnr && sigmaMax === null && told.length === 0;
  return usual ? '' : predictsWords(predicts) + tellersWords(predicts);
}

/** What a person may say of what a model predicts. @param predicts what it says itself, where that is known. */
function predictionChoices(
  predicts: Predicts | undefined,
): Readonly<Record<'auto' | 'epsilon' | 'v', string>> {
  const said = predicts && (predicts.prediction ? predictionWords[predicts.prediction] : 'a trial shows');
  return { auto: `As the model says${said ? ` (${said})` : ''}`, epsilon: 'epsilon (noise)', v: 'v' };
}

function zeroSnrChoices(predicts: Predicts | undefined): Readonly<Record<'auto' | 'on' | 'off', string>> {
  const said = predicts ? ` (${predicts.zeroSnr ? 'on' : 'off'})` : '';
  return { auto: `As the model says${said}`, on: 'On', off: 'Off' };
}

export const predicts = {
  predicts: predictsWords,
  tellers: tellersWords,
  unusual: unusualWords,
  predictionChoices,
  zeroSnrChoices,
};
