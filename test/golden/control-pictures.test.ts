/** Whole pictures that others guide, against diffusers, on the wasm backend. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Job } from '../../src/pipeline/job';
import type { Tokenizer } from '../../src/text/windows';
import { goldenControl, guidedCases, guidedJob, modelOf, type GuidedCase } from './control-jobs';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { unlike } from './picture-cases';
import { goldenBytes, goldenJson, goldenTensors } from './root';
import { drawFrom, expectLatents, spyOn } from './spied';
import { pictureDifference } from './tensors';
import { PNG } from 'pngjs';

/** Mean difference of a picture's bytes from diffusers' picture. */
const TOLERANCE = 0.1;

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

const opened = new Map<string, Promise<Checkpoint>>();

async function guided(model: string, { controls = [] }: Job): Promise<Checkpoint> {
  const checkpoint = opened.get(model) ?? openCheckpoint(modelBytes(model));
  opened.set(model, checkpoint);
  await (
    await checkpoint
  ).controls.use(
    controls.map((control) => control.model),
    goldenControl,
  );
  return checkpoint;
}

for (const at of guidedCases()) {
  const wanted = goldenJson(`${at}/case.json`) as GuidedCase;
  const why = unlike(wanted);
  if (why !== null) {
    it.todo(`${at}: ${why}`);
    continue;
  }

  it(`${at} is drawn as diffusers draws it`, async () => {
    const job = guidedJob(at, wanted);
    const checkpoint = await guided(modelOf(wanted), job);
    drawFrom(wanted);
    const spied = spyOn(checkpoint);
    const { picture } = await draw(checkpoint, tokenizer, job).finally(() => vi.restoreAllMocks());
    expectLatents(at, spied, wanted, goldenTensors(`${at}/expected.safetensors`));
    const { mean, worst } = pictureDifference(
      picture.rgba,
      PNG.sync.read(Buffer.from(goldenBytes(`${at}/expected.png`))).data,
    );
    console.info(`${at}: mean ${mean.toFixed(4)}, worst ${worst} of 255`);
    expect(mean).toBeLessThan(TOLERANCE);
  });
}
