/** Pictures that others guide, in all the ways in which a net can be asked: what it is shown, and when. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Control, Job, Pixels } from '../../src/pipeline/job';
import { noSavings } from '../../src/pipeline/memory/savings';
import type { Tokenizer } from '../../src/text/windows';
import { withFewBlocks } from '../fewer-blocks';
import { jobWith } from '../job';
import { fewControl, goldenControl } from './control-jobs';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { listGolden, skipped } from './root';
import { pictureDifference } from './tensors';

const CONTROL = 'control/controlnet-sd1';
const ADAPTER = 'control/t2iadapter-sd1';
const OTHER = 'control/controlnet-sdxl';
const size = { width: 64, height: 48 };

/** A hint with something in it. */
function stripes({ width, height }: { readonly width: number; readonly height: number }): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) rgba.set(i % 7 < 2 ? [255, 200, 90, 255] : [0, 0, 0, 255], 4 * i);
  return { width, height, rgba };
}

const guide: Control = {
  ...{ model: CONTROL, hint: stripes(size), weight: 1, start: 0, end: 1 },
  mode: 'balanced',
};
const job = jobWith({ prompt: 'red apple', negative: 'blurry', ...size, steps: 4, guidance: 5, seed: 3 });

const present = [CONTROL, ADAPTER, OTHER, 'models/sd1'].filter((path) => listGolden(path).length === 0);
for (const path of present) skipped(path);

describe.skipIf(present.length > 0)('a guided picture', () => {
  /** With fewer blocks; and with all, for what is about them. */
  let few: Checkpoint;
  let whole: Checkpoint;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    few = await openCheckpoint(modelBytes('sd1'), { as: withFewBlocks });
    whole = await openCheckpoint(modelBytes('sd1'));
    tokenizer = await servedTokenizer();
  });

  /** The picture, and what ControlNets were asked in each of their runs. */
  async function drawn(asked: Job, checkpoint = few) {
    const { controls = [] } = asked;
    await checkpoint.controls.use(
      controls.map(({ model }) => model),
      checkpoint === few ? fewControl : goldenControl,
    );
    const residuals = vi.spyOn(checkpoint.controls, 'residuals');
    const { picture, told } = await draw(checkpoint, tokenizer, asked);
    const runs = residuals.mock.calls.map(([, values, scale, hint]) => ({ values, scale, hint }));
    residuals.mockRestore();
    return { picture, told, runs };
  }
  const difference = (a: Pixels, b: Pixels): number =>
    pictureDifference(a.rgba, Uint8Array.from(b.rgba)).mean;

  it('is another one than without, and without it is the one that it was before', async () => {
    const plain = await drawn(job);
    const guided = await drawn({ ...job, controls: [guide] });
    expect(difference(guided.picture, plain.picture)).toBeGreaterThan(1);
    const again = await drawn(job);
    expect(again.picture.rgba).toEqual(plain.picture.rgba);
  });

  it('is the plain one where the weight is 0, and where nothing holds', async () => {
    const plain = await drawn(job);
    for (const nothing of [{ weight: 0 }, { start: 0.9, end: 0.95 }]) {
      const { picture, runs } = await drawn({ ...job, controls: [{ ...guide, ...nothing }] });
      expect(runs).toEqual([]);
      expect(difference(picture, plain.picture)).toBeLessThan(0.01);
    }
  });

  it('asks a net about the prompt alone where the control is more important', async () => {
    const { runs } = await drawn({ ...job, controls: [{ ...guide, mode: 'control' }] });
    expect(runs.map(({ values }) => values.latents.shape[0])).toEqual([1, 1, 1, 1]);
    const both = await drawn({ ...job, controls: [{ ...guide, mode: 'prompt' }] }, whole);
    expect(both.runs.map(({ values }) => values.latents.shape[0])).toEqual([2, 2, 2, 2]);
    expect([...both.runs[0]!.scale.data.slice(0, 13)].map((x) => x.toFixed(3))).toEqual(
      Array.from({ length: 13 }, (_, i) => (0.825 ** (12 - i)).toFixed(3)),
    );
  });

  it('is the same with little memory: one question at a time, and nets in turns', async () => {
    const controls = [guide, { ...guide, model: ADAPTER, weight: 0.5 }];
    const short = { ...job, steps: 2, controls };
    const lavishly = await drawn(short, whole);
    const savings = { ...noSavings, apart: true, single: true, turns: true };
    const { picture, told } = await drawn({ ...short, savings }, whole);
    expect(difference(picture, lavishly.picture)).toBeLessThan(0.01);
    const opened = told.flatMap((one) => (one.kind === 'compiling' ? one.net : []));
    expect(opened.filter((net) => net === 'UNet')).toHaveLength(2);
    expect(opened.filter((net) => net === 'ControlNet')).toHaveLength(2);
    // Of a picture that is read once no net makes room in the steps.
    expect(opened.filter((net) => net === 'T2I-Adapter').length).toBeLessThan(2);
  });

  it('asks a net once for a group of steps where deep features are used again', async () => {
    const { picture, runs } = await drawn({ ...job, controls: [guide], reuse: 2 });
    expect(runs).toHaveLength(2);
    const each = await drawn({ ...job, controls: [guide] });
    const plain = await drawn({ ...job, reuse: 2 });
    expect(difference(picture, each.picture)).toBeLessThan(difference(picture, plain.picture));
    // A control that begins within a group changes what was asked.
    const later = await drawn({ ...job, controls: [{ ...guide, start: 0.25 }], reuse: 2 });
    expect(later.runs).toHaveLength(2);
  });

  it('goes on where it broke off', async () => {
    const asked = { ...job, controls: [{ ...guide, end: 0.75 }] };
    const unbroken = await drawn(asked);
    const answers = unbroken.told.flatMap((one) => (one.kind === 'step' ? one.answers : []));
    const rest = await drawn({ ...asked, known: answers.slice(0, 2) });
    expect(rest.runs).toHaveLength(1);
    expect(rest.picture.rgba).toEqual(unbroken.picture.rgba);
  });

  it('is guided in the second pass by the larger hint', async () => {
    const hires = { scale: 1.5, upscaler: 'Latent', strength: 0.5, steps: 2 } as const;
    const large = stripes({ width: 96, height: 72 });
    const { runs } = await drawn({ ...job, hires, controls: [{ ...guide, large }] });
    const shown = runs.map(({ hint }) => hint.length / 3);
    expect(shown).toEqual([...Array(4).fill(64 * 48), ...Array(shown.length - 4).fill(96 * 72)]);
    const without = await drawn({ ...job, hires, controls: [guide] });
    expect(without.runs.at(-1)?.hint).toHaveLength(3 * 96 * 72);
  });

  it('holds the control in what guidance asks, also where it rests and where several prompts lead', async () => {
    const many = { prompt: 'red apple AND penguin :0.4', guidanceFrom: 0.25 };
    const { runs, told } = await drawn({ ...job, ...many, controls: [{ ...guide, mode: 'control' }] });
    expect(runs.map(({ values }) => values.latents.shape[0])).toEqual([2, 2, 2, 2]);
    expect(told.filter((one) => one.kind === 'compiling' && one.net === 'ControlNet').length).toBeLessThan(2);
  });

  it('is refused with words where a net was made for other models', async () => {
    await expect(drawn({ ...job, controls: [{ ...guide, model: OTHER }] })).rejects.toMatchObject({
      code: 'control-mismatch',
      facts: { base: 'Stable Diffusion XL', family: 'Stable Diffusion 1.x' },
    });
    // What was in use before still works.
    expect((await drawn({ ...job, controls: [guide] })).runs).toHaveLength(4);
  });
});
