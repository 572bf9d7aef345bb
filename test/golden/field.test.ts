/**
 * Files as people have them and as programs write them: each draws the picture of its plain twin, or is refused by what it
 * is. `case.json` says what a file is, where such files come from, and what must be the same as what.
 */
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/ui/words/en';
import type { Tokenizer } from '../../src/text/windows';
import { fileBytes, type Made } from './field/build';
import { pictureOf, type Dropped, type Outcome } from './field/road';
import { servedTokenizer } from './drawing';
import { goldenBytes, goldenJson, hasGolden, listCases } from './root';
import { pictureDifference } from './tensors';

interface Settings {
  readonly negative_prompt: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance_scale: number;
  readonly seed: number;
  readonly sampler: string;
  readonly timestep_spacing: 'leading' | 'trailing' | 'linspace';
}

interface Twin {
  readonly files: readonly Made[];
  readonly prompt: string;
}

interface Case extends Twin {
  readonly what: string;
  readonly expected: string;
  /** The golden checkpoint that the files are added to. */
  readonly drawn_with?: string;
  readonly same_as?: Twin;
  readonly differs_from?: Twin;
  /** Files that come with them, as text. */
  readonly beside?: Readonly<Record<string, string>>;
  readonly settings: Settings;
  readonly reference_pictures?: Readonly<Record<string, Settings>>;
}

/** No answer to a file that people have and that loads elsewhere. */
const NO_ANSWER = /not a Stable Diffusion checkpoint|lacks (?:a|the) (?:weight|tensor)|download it again/i;
/** Mean and worst difference of a picture's bytes from diffusers' own. */
const REFERENCE = { mean: 0.5, worst: 4 };

const folder = 'field/files';
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

async function outcome(
  name: string,
  { files, prompt }: Twin,
  { drawn_with, beside }: Case,
  settings: Settings,
): Promise<Outcome> {
  const at = `${folder}/${name}`;
  const dropped: Dropped[] = [];
  for (const made of files) dropped.push({ path: made.file, bytes: await fileBytes(made, at) });
  if (drawn_with && !files.some(({ from }) => from === drawn_with)) {
    dropped.push({ path: 'drawn-with.safetensors', bytes: goldenBytes(drawn_with) });
  }
  for (const [path, text] of Object.entries(beside ?? {})) {
    dropped.push({ path, bytes: new TextEncoder().encode(text) });
  }
  return pictureOf(dropped, tokenizer, {
    prompt,
    negative: settings.negative_prompt,
    width: settings.width,
    height: settings.height,
    steps: settings.steps,
    guidance: settings.guidance_scale,
    seed: settings.seed,
    sampler: settings.sampler,
    spacing: settings.timestep_spacing,
  });
}

function drawnIn(result: Outcome): Uint8ClampedArray {
  if ('problem' in result)
    expect.fail(`${result.file}: ${en.problems.sentence(result.problem, result.file)}`);
  return result.picture.rgba;
}

const cases = listCases(folder);
/** Pictures of plain files, each drawn once: many cases have the same twin. */
const plain = new Map<string, Promise<Outcome>>();

describe.each(cases)('%s', (name) => {
  const wanted = goldenJson(`${folder}/${name}/case.json`) as Case;
  const { same_as, differs_from, settings, expected, reference_pictures = {}, drawn_with } = wanted;
  const mayBeRefused = /\brefused|\btold\b/.test(expected);
  const twinOf = (twin: Twin): Promise<Outcome> => {
    const own = twin.files.some(({ packed }) => packed !== undefined); // it lies beside the case
    const key = JSON.stringify([own && name, drawn_with, twin, settings]);
    const known = plain.get(key) ?? outcome(name, twin, { ...wanted, beside: {} }, settings);
    plain.set(key, known);
    return known;
  };

  it(`${wanted.what}: ${expected}`, async () => {
    const result = await outcome(name, wanted, wanted, settings);
    if (mayBeRefused && 'problem' in result) {
      const words = en.problems.sentence(result.problem, result.file);
      console.info(`${name}: refused: ${words}`);
      expect(words).not.toMatch(NO_ANSWER);
      const called = /\brefused by name \((\w+)/.exec(expected)?.[1];
      if (called) expect(words).toContain(called);
      return;
    }
    const picture = drawnIn(result);
    expect(picture).toHaveLength(4 * settings.width * settings.height);
    const distance = async (twin: Twin): Promise<number> =>
      pictureDifference(picture, Uint8Array.from(drawnIn(await twinOf(twin)))).worst;
    if (same_as) {
      const worst = await distance(same_as);
      console.info(`${name}: ${worst} of 255 from its twin`);
      expect(worst).toBeLessThanOrEqual(1);
    }
    if (differs_from) expect(await distance(differs_from)).toBeGreaterThan(1);
    // A LoRA or a word that is passed over in silence would be the same as its twin that is passed over, too.
    if (drawn_with && same_as) {
      const without = { files: [], prompt: same_as.prompt.replace(/<lora:.*?>/g, '') };
      expect(await distance(without)).toBeGreaterThan(1);
    }
  });

  it.each(Object.entries(reference_pictures).filter(([file]) => hasGolden(`${folder}/${name}/${file}`)))(
    '%s is drawn as diffusers drew it',
    async (file, asked) => {
      const picture = drawnIn(await outcome(name, wanted, wanted, asked));
      const reference = PNG.sync.read(Buffer.from(goldenBytes(`${folder}/${name}/${file}`)));
      const { mean, worst } = pictureDifference(picture, reference.data);
      console.info(`${name}, ${file}: mean ${mean.toFixed(4)}, worst ${worst} of 255`);
      expect(mean).toBeLessThan(REFERENCE.mean);
      expect(worst).toBeLessThanOrEqual(REFERENCE.worst);
    },
  );
});
