/** Whole pictures against diffusers, on the wasm backend. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { bundled, draw, expectSame, modelBytes, openCheckpoint, servedTokenizer } from './drawing';
import { caseOf, unlike } from './picture-cases';
import { jobOf, picturesIn, type MiniCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, modelsWith, present } from './root';
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
    checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
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

/** diffusers leaves the end of a long prompt out. */
function seenByDiffusers(prompt: string): string {
  const ids = tokenizer(prompt);
  if (ids.length <= 75) return prompt;
  const seen = ids.slice(0, 75).join();
  const end = Array.from({ length: prompt.length }, (_, i) => prompt.length - i);
  return prompt.slice(
    0,
    end.find((at) => tokenizer(prompt.slice(0, at)).join() === seen),
  );
}

const kinds = /^(txt2img|img2img|inpaint|pix2pix)/;

describe.each(modelsWith(kinds))('%s draws what diffusers draws', (name) => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(modelBytes(name));
  });

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
      const asked = jobOf(wanted, source, alpha, index);
      const job = { ...asked, prompt: seenByDiffusers(asked.prompt) };
      drawFrom(wanted);
      const spied = spyOn(checkpoint);
      const { picture } = await draw(checkpoint, tokenizer, job).finally(() => vi.restoreAllMocks());
      const tensors = goldenTensors(`${at}/expected.safetensors`);
      if (index === 0) expectLatents(`${name} ${test}`, spied, wanted, tensors);
      const [own, numbered] = [`${at}/expected.png`, `${at}/expected_${index}.png`];
      expectSame(`${name} ${test}`, picture, goldenBytes(hasGolden(own) ? own : numbered));
    });
  }
});
