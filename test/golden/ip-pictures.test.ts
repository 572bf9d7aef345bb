/** Whole pictures with a picture as part of the prompt, against diffusers. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { inverted, type Mask } from '../../src/canvas/pixels';
import type { Job } from '../../src/pipeline/job';
import { noSavings } from '../../src/pipeline/memory/savings';
import type { Tokenizer } from '../../src/text/windows';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { adapters, adapterFiles, casesOf, openAdapter, picture } from './ip-case';
import { jobOf, type PipelineCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, skipped } from './root';
import { drawFrom, expectLatents, spyOn } from './spied';
import { pictureDifference } from './tensors';

interface ReferredCase extends PipelineCase {
  readonly ip_adapter_scale: number;
  readonly input_images: { readonly ip_adapter_image: readonly [string] };
}

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

const drawn = adapters.filter((name) => casesOf(name, 'pipeline').length > 0);
if (drawn.length === 0) skipped('pictures of ip');

describe.each(drawn)('%s: drawn as diffusers draws', (name) => {
  it.each(casesOf(name, 'pipeline'))('%s', async (test) => {
    const at = `ip/${name}/cases/${test}`;
    const wanted = goldenJson(`${at}/case.json`) as ReferredCase;
    const [file] = wanted.input_images.ip_adapter_image;
    const { base } = await openAdapter(name);
    const checkpoint = await openCheckpoint(goldenBytes(base));
    await checkpoint.references.use([{ adapter: 'adapter', encoder: 'encoder' }], adapterFiles(name));
    const pixels = picture(`${at}/${file}`);
    const reference = { model: 'adapter', pixels, weight: wanted.ip_adapter_scale, start: 0, end: 1 };
    const job: Job = { ...jobOf(wanted), references: [reference] };
    drawFrom(wanted);
    const spied = spyOn(checkpoint);
    const { picture: own } = await draw(checkpoint, tokenizer, job).finally(() => vi.restoreAllMocks());
    expectLatents(`${name} ${test}`, spied, wanted, goldenTensors(`${at}/expected.safetensors`));
    expectSame(`${name} ${test}`, own, goldenBytes(`${at}/expected.png`));
  });

  it('two of one picture are one of both their weights, and one of no weight is none: in two passes, with rests, inpainting', async () => {
    const [test] = casesOf(name, 'pipeline') as [string];
    const at = `ip/${name}/cases/${test}`;
    const wanted = goldenJson(`${at}/case.json`) as ReferredCase;
    const pixels = picture(`${at}/${wanted.input_images.ip_adapter_image[0]}`);
    const checkpoint = await openCheckpoint(goldenBytes((await openAdapter(name)).base));
    const side = 48;
    const job: Job = { ...jobOf(wanted), width: side, height: side, steps: 3 };
    const source = { width: side, height: side, rgba: new Uint8ClampedArray(4 * side ** 2).fill(255) };
    const mask = new Uint8Array(side ** 2).fill(255, 0, side ** 2 / 2);
    const hires = { scale: 1.5, upscaler: 'Latent', strength: 0.7 } as const;
    const ways: Partial<Job>[] = [
      { hires, like: 'A1111', reuse: 2 },
      { guidanceFrom: 0.5, savings: { ...noSavings, apart: true, single: true } },
      { source: { kind: 'inpaint', pixels: source, mask, strength: 0.8, content: 'fill', soft: true } },
    ];
    const drawn = async (way: Partial<Job>, ...weights: number[]): Promise<Uint8Array> => {
      const files = weights.map(() => ({ adapter: 'adapter', encoder: 'encoder' }));
      await checkpoint.references.use(files, adapterFiles(name));
      const references = weights.map((weight) => ({ model: 'adapter', pixels, weight, start: 0, end: 1 }));
      const { picture: own } = await draw(checkpoint, tokenizer, { ...job, ...way, references });
      return Uint8Array.from(own.rgba);
    };
    for (const way of ways) {
      const one = await drawn(way, 0.6);
      const { mean } = pictureDifference(await drawn(way, 0.2, 0.4), one);
      expect(mean).toBeLessThan(0.01);
      const without = await drawn(way);
      expect(pictureDifference(without, one).mean).toBeGreaterThan(1);
      if (way === ways[0]) expect(await drawn(way, 0)).toEqual(without);
    }
  });

  it('a mask of all is none, to the byte, and two that make up all of it are one', async () => {
    const [test] = casesOf(name, 'pipeline') as [string];
    const at = `ip/${name}/cases/${test}`;
    const wanted = goldenJson(`${at}/case.json`) as ReferredCase;
    const pixels = picture(`${at}/${wanted.input_images.ip_adapter_image[0]}`);
    const checkpoint = await openCheckpoint(goldenBytes((await openAdapter(name)).base));
    const job: Job = { ...jobOf(wanted), width: 64, height: 64, steps: 2 };
    const drawn = async (...masks: (Mask | null)[]): Promise<Uint8Array> => {
      const files = masks.map(() => ({ adapter: 'adapter', encoder: 'encoder' }));
      await checkpoint.references.use(files, adapterFiles(name));
      const common = { model: 'adapter', pixels, weight: wanted.ip_adapter_scale, start: 0, end: 1 };
      const references = masks.map((mask) => ({ ...common, ...(mask && { mask }) }));
      const { picture: own } = await draw(checkpoint, tokenizer, { ...job, references });
      return Uint8Array.from(own.rgba);
    };
    const { width, height } = job;
    const left: Mask = {
      ...{ width, height },
      alpha: Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 255 : 0)),
    };
    const plain = await drawn(null);
    expect(await drawn({ width: 7, height: 5, alpha: new Uint8Array(35).fill(255) })).toEqual(plain);
    const { mean } = pictureDifference(await drawn(left, inverted(left)), plain);
    expect(mean).toBeLessThan(0.01);
    expect(pictureDifference(await drawn(left), plain).mean).toBeGreaterThan(1);
  });
});
