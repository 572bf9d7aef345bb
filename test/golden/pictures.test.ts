/** Whole pictures against diffusers, on the wasm backend. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import { ROOM, type Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { bundled, draw, expectSame, goldenT5, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { caseOf, unlike } from './picture-cases';
import { jobOf, modelFileOf, picturesIn, type MiniCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, modelsWith, present } from './root';
import { tuned } from './runtime';
import { drawFrom, expectLatents, goldenPixels, spyOn } from './spied';

let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

const mini = present('mini-sd/cases.json')
  ? (goldenJson('mini-sd/cases.json') as { cases: MiniCase[] }).cases
  : [];

describe('the bundled model draws what PyTorch draws', () => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    // As in the app, in all.
    checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'), { runtime: tuned });
  });

  it.each(mini)('$sampler: $prompt', async ({ png, ...job }) => {
    const { picture } = await draw(checkpoint, tokenizer, jobWith(job));
    expectSame(`mini-sd ${job.sampler}`, picture, goldenBytes(`mini-sd/${png}`));
  });

  it('says that a size was rounded', async () => {
    const asked = { prompt: 'red apple', width: 100, height: 3, guidance: 5, spacing: 'trailing' } as const;
    const { picture, told } = await draw(checkpoint, tokenizer, jobWith(asked));
    expect([picture.width, picture.height]).toEqual([104, 48]);
    expect(told).toContainEqual({ kind: 'notice', notice: { code: 'size-rounded', width: 104, height: 48 } });
  });
});

/** diffusers leaves the end of a long prompt out for CLIP, though T5 reads it. */
const clipped: Tokenizer = (text) => tokenizer(text).slice(0, ROOM);

const kinds = /^(txt2img|img2img|inpaint|pix2pix)/;

describe.each(modelsWith(kinds))('%s draws what diffusers draws', (name) => {
  /** Of each file that cases are drawn with. */
  const opened = new Map<string, Promise<Checkpoint>>();
  const openedFrom = (file: string): Promise<Checkpoint> => {
    const checkpoint = opened.get(file) ?? openCheckpoint(modelBytes(name, file));
    opened.set(file, checkpoint);
    return checkpoint;
  };

  for (const test of listCases(`models/${name}/cases`, (test) => kinds.test(test))) {
    const at = `models/${name}/cases/${test}`;
    const wanted = caseOf(at);
    const why = unlike(wanted);
    if (why !== null) {
      it.todo(`${test}: ${why}`);
      continue;
    }

    it.each(Array.from({ length: picturesIn(wanted) }, (_, i) => i))(`${test}, picture %i`, async (index) => {
      const source = hasGolden(`${at}/image.png`) ? goldenPixels(`${at}/image.png`) : undefined;
      const mask = hasGolden(`${at}/mask_image.png`) ? goldenPixels(`${at}/mask_image.png`) : undefined;
      const alpha = mask && Uint8Array.from(mask.rgba.filter((_, i) => i % 4 === 0));
      const job = jobOf(wanted, source, alpha, index);
      const checkpoint = await openedFrom(modelFileOf(wanted));
      const t5 = checkpoint.model.t5 ? await goldenT5() : undefined;
      drawFrom(wanted);
      const spied = spyOn(checkpoint);
      const { picture } = await draw(checkpoint, clipped, job, [], t5).finally(() => vi.restoreAllMocks());
      const tensors = goldenTensors(`${at}/expected.safetensors`);
      if (index === 0) expectLatents(`${name} ${test}`, spied, wanted, tensors);
      const [own, numbered] = [`${at}/expected.png`, `${at}/expected_${index}.png`];
      const expected = goldenBytes(hasGolden(own) ? own : numbered);
      expectSame(`${name} ${test}`, picture, expected, checkpoint.model.denoiser.net);
    });
  }
});
