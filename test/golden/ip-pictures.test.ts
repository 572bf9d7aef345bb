/** Whole pictures with a picture as part of the prompt, against diffusers. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../src/pipeline/job';
import type { Tokenizer } from '../../src/text/windows';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { adapters, adapterFiles, casesOf, openAdapter, picture } from './ip-case';
import { jobOf, type PipelineCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, skipped } from './root';
import { drawFrom, expectLatents, spyOn } from './spied';

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

    // Off for the whole run, it is as if there were none.
    const off = { ...job, references: [{ ...reference, start: 1, end: 0 }] };
    const without = await draw(checkpoint, tokenizer, off);
    await checkpoint.references.use([], adapterFiles(name));
    const plain = await draw(checkpoint, tokenizer, jobOf(wanted));
    expect(without.picture.rgba).toEqual(plain.picture.rgba);
    expect(plain.picture.rgba).not.toEqual(own.rgba);
  });
});
