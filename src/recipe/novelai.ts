/** What NovelAI writes into its pictures: the prompt as "Description", all else as JSON in "Comment". */
import { isObject } from '../objects';
import { chosenBy } from '../sampling/labels';
import { numberAt, parseExact, seedAt, textAt } from './json';
import type { Draft, Recipe } from './recipe';

/** Names that are read here, or that do not matter to the picture. Models are NovelAI's own, so none is named. */
const taken = new Set([
  ...['prompt', 'uc', 'steps', 'width', 'height', 'scale', 'seed', 'sampler', 'noise_schedule', 'strength'],
  ...[
    'cfg_rescale',
    'request_type',
    'signed_hash',
    'n_samples',
    'version',
    'v4_prompt',
    'v4_negative_prompt',
  ],
]);

/** Settings that are numbers, and NovelAI's names for them. */
const NUMBERS = {
  steps: 'steps',
  width: 'width',
  height: 'height',
  guidance: 'scale',
  guidanceRescale: 'cfg_rescale',
};

/** Null for anything else. */
export function readNovelAi(texts: ReadonlyMap<string, string>): Recipe | null {
  const comment = parseExact(texts.get('Comment') ?? '');
  if (!isObject(comment)) return null;
  const prompt = textAt(comment, 'prompt') ?? texts.get('Description');
  if (prompt === undefined || numberAt(comment, 'steps') === undefined) return null;
  const sampler = textAt(comment, 'sampler');
  const chosen = sampler === undefined ? null : chosenBy(sampler, textAt(comment, 'noise_schedule'));
  const draft: Draft = {
    ...{ mode: 'text', like: 'A1111', emphasis: 'A1111', rng: 'NV', clipSkip: 1 },
    prompt: fromBraces(prompt),
    negative: fromBraces(textAt(comment, 'uc') ?? ''),
    ...chosen,
  };
  for (const [key, name] of Object.entries(NUMBERS)) {
    const number = numberAt(comment, name);
    if (number !== undefined && !(name === 'cfg_rescale' && number === 0))
      Object.assign(draft, { [key]: number });
  }
  const seed = seedAt(comment, 'seed');
  if (seed !== undefined) draft.seed = seed;
  const strength = numberAt(comment, 'strength');
  if (textAt(comment, 'request_type')?.includes('Img2Img') && strength !== undefined) {
    Object.assign(draft, { mode: 'image', strength });
  }
  // Many values are empty or off: they are left out.
  const more = Object.entries(comment).filter(
    ([name, value]) =>
      !taken.has(name) && ['string', 'number'].includes(typeof value) && value !== 0 && value !== '',
  );
  return {
    tool: { name: 'NovelAI' },
    settings: draft,
    resources: [],
    unknown: [
      ...(sampler !== undefined && !chosen ? [['Sampler', sampler] as const] : []),
      ...more.map(([name, value]): [string, string] => [name, String(value)]),
    ],
  };
}

/** The weight of one pair of NovelAI's braces. */
const BRACE = 1.05;

/**
 * NovelAI's weights in A1111's syntax: `{a}` is 1.05, `[a]` its inverse, `1.3::a::` 1.3. Parentheses are plain text to NovelAI.
 */
export function fromBraces(prompt: string): string {
  let out = '';
  let depth = 0;
  let given = 1;
  let held = '';
  const flush = (): void => {
    const weight = given * BRACE ** depth;
    const plain = held.replace(/[()]/g, '\\$&');
    const words = plain.trim();
    const before = plain.slice(0, plain.length - plain.trimStart().length);
    const after = plain.slice(plain.trimEnd().length);
    out += weight === 1 || words === '' ? plain : `${before}(${words}:${Number(weight.toFixed(4))})${after}`;
    held = '';
  };
  for (const [sign, number] of prompt.matchAll(
    /(?<![\w.])(-?\d+(?:\.\d+)?)::|::|[{}[\]]|[^{}[\]:\d-]+|[^]/g,
  )) {
    if (sign.endsWith('::')) {
      flush();
      given = number === undefined ? 1 : Number(number);
    } else if ('{}[]'.includes(sign)) {
      flush();
      depth += sign === '{' || sign === ']' ? 1 : -1;
    } else held += sign;
  }
  flush();
  return out;
}
