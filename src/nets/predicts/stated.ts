/**
 * What metadata says of a model's prediction. A statement counts by its own name, whichever program's prefix is before it:
 * kohya's `ss_v_parameterization`, ModelSpec's `modelspec.prediction_type`, ComfyUI's `modelspec.predict_key`; and so it does
 * one level down in a value that is JSON, such as OneTrainer's `ot_config`.
 * https://github.com/Stability-AI/ModelSpec
 */
import { jsonFields } from './json';
import { isTrue, predictionNamed, predictionSaid, ZERO_SNR, type Said } from './said';

type Metadata = ReadonlyMap<string, string>;

const named = (names: string): RegExp => new RegExp(`(?:^|[._])(?:${names})$`, 'i');

/** Flags, as their programs spell them. */
const FLAGS: readonly (readonly [name: RegExp, says: Said])[] = [
  [named('v_param(?:eterization)?|v_pred(?:iction)?'), { prediction: 'v' }],
  [named('zero_terminal_snr|zt?snr|(?:rescale_)?betas_zero_snr'), ZERO_SNR],
];
/** Words for a prediction. */
const WORDS = named('predict(?:ion)?(?:_(?:type|key))?|parameterization');
/** Of these, the keys of programs that are known to mean a model's prediction: the only ones whose words may refuse it. */
const KNOWN = /^(?:(?:modelspec\.|ss_).*|(?:prediction_type|parameterization))$/i;

/** Flags that say v, or betas that end in noise alone. */
export function flagsSay(metadata: Metadata): Said {
  const all = [...statements(metadata)].filter(([, value]) => isTrue(value));
  return FLAGS.reduce<Said>(
    (said, [name, says]) => (all.some(([key]) => name.test(key)) ? { ...said, ...says } : said),
    {},
  );
}

/** The prediction by its name; ModelSpec's is the one that counts of several. */
export function wordsSay(metadata: Metadata): Said {
  const all = [...statements(metadata)].filter(([key]) => WORDS.test(key));
  const isSpec = (key: string): number => Number(key.startsWith('modelspec.'));
  const inOrder = all.toSorted(([a], [b]) => isSpec(a) - isSpec(b));
  return inOrder.reduce<Said>((said, [key, value]) => ({ ...said, ...wordSays(key, value) }), {});
}

/** "sample" under a key that nobody knows may be about anything. */
function wordSays(key: string, word: string): Said {
  if (KNOWN.test(key)) return predictionSaid(word);
  const prediction = predictionNamed(word);
  return prediction ? { prediction } : {};
}

/** In characters; longer values are no settings. */
const LONGEST = 2 ** 16;

/** All keys with their values, and those of values that are JSON. Texts of files beside a model have readers of their own. */
function* statements(metadata: Metadata): Generator<readonly [key: string, value: string]> {
  for (const [key, value] of metadata) {
    if (/\.(?:json|yaml)$/.test(key)) continue;
    yield [key, value];
    if (!/^\s*\{/.test(value) || value.length > LONGEST) continue;
    for (const [inner, own] of Object.entries(jsonFields(value) ?? {}))
      if (/^(?:string|boolean|number)$/.test(typeof own)) yield [inner, String(own)];
  }
}
