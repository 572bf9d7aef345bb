/** What is offered at an address of Hugging Face. */
import { describe, expect, it } from 'vitest';
import { causeOf, type Here } from '../../../src/engine/remote/cause';
import { offersAt } from '../../../src/engine/remote/offers';
import { bytesOf } from '../../../src/weights/store/layout';
import { parseHeader } from '../../../src/weights/safetensors';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { COMMIT, imitatedHub, lora, never, SUM } from './imitated-hub';

const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    gunzipSync(readFileSync(new URL(`../../golden/data/models/${name}.safetensors.gzip`, import.meta.url))),
  );

const open: Here = { online: true, protocol: 'https:' };
const hub = imitatedHub();
const { offers, repository } = hub;

it("T5's tokenizer is offered where its own address is given", async () => {
  const json = new TextEncoder().encode(
    JSON.stringify({
      model: {
        type: 'Unigram',
        vocab: [
          ['<pad>', 0],
          ['</s>', 0],
          ['<unk>', 0],
        ],
      },
    }),
  );
  await repository('google-t5/t5-base', { 'tokenizer.json': json, 'model.safetensors': lora }, 'apache-2.0');
  const [offer, ...more] = await offers('https://huggingface.co/google-t5/t5-base/blob/main/tokenizer.json');
  expect(more).toEqual([]);
  expect(offer).toMatchObject({
    file: 'T5 tokenizer.safetensors',
    licence: 'apache-2.0',
    verdict: { addon: { kind: 'parts', holds: 'tokenizer of T5' } },
  });
  expect(bytesOf(offer!.model!)).toBe(offer!.bytes);
  // All of its file is fetched, behind a header of our own.
  expect(offer!.model!.ranges).toMatchObject([{ begin: 0, end: json.length, file: { bytes: json.length } }]);
});

describe('settings in a repository', () => {
  const config = 'model:\n  params:\n    parameterization: v\n';
  const scheduler = JSON.stringify({ prediction_type: 'v_prediction', rescale_betas_zero_snr: true });
  const predicted = async (address: string) =>
    (await offers(address)).map(({ file, verdict }) => [
      file,
      'facts' in verdict ? verdict.facts.predicts?.prediction : verdict,
    ]);

  it('are offered with their models: the scheduler of a folder, and the .yaml of a checkpoint’s name', async () => {
    const folder = (part: string) => golden(`sd1/diffusers/${part}`);
    await repository('artist/both', {
      'a.safetensors': golden('sd1/model'),
      'b.safetensors': golden('sd1/model'),
      'a.yaml': new Blob([config]),
      'unet/diffusion_pytorch_model.safetensors': folder('unet/diffusion_pytorch_model'),
      'vae/diffusion_pytorch_model.safetensors': folder('vae/diffusion_pytorch_model'),
      'text_encoder/model.safetensors': folder('text_encoder/model'),
      'scheduler/scheduler_config.json': new Blob([scheduler]),
    });
    expect(Object.fromEntries(await predicted('artist/both'))).toEqual({
      'a.safetensors': 'v',
      'b.safetensors': 'epsilon',
      'Stable Diffusion 1.x.safetensors': 'v',
    });
    const one = 'https://huggingface.co/artist/both/blob/main/';
    expect(await predicted(`${one}a.safetensors`)).toEqual([['a.safetensors', 'v']]);
    expect(await predicted(`${one}b.safetensors`)).toEqual([['b.safetensors', 'epsilon']]);
  });

  it('that cannot be had are done without', async () => {
    await repository('artist/lost', { 'a.safetensors': golden('sd1/model'), 'a.yaml': new Blob([config]) });
    hub.server.files = new Map([...hub.server.files!].filter(([path]) => !path.endsWith('.yaml')));
    expect(await predicted('artist/lost')).toEqual([['a.safetensors', 'epsilon']]);
  });
});

describe('a repository on Hugging Face', () => {
  it.each([
    ['a way up', '../../../../elsewhere/lora.safetensors'],
    ['another server', '//elsewhere.example/lora.safetensors'],
    ['an address', 'https://elsewhere.example/lora.safetensors'],
    ['a question', 'what?token=1#else.safetensors'],
    ['half a letter', '\ud800.safetensors'],
    ['a prototype', '__proto__/constructor.safetensors'],
    ['HTML', '<img src=x onerror=alert(1)>.safetensors'],
    ['no end', `${'x'.repeat(3000)}.safetensors`],
  ])('that lists a file named like %s is asked for it, and nobody else is', async (_, path) => {
    const asked: string[] = [];
    const hub: typeof fetch = async (input) => {
      asked.push(new URL(input as string).host); // all are strings
      return asked.length === 1
        ? Response.json({ sha: COMMIT, siblings: [{ rfilename: path }] })
        : new Response(lora, { headers: { 'Content-Length': String(lora.size) } });
    };
    const [offer] = await offersAt('artist/style', never, hub);
    expect(offer!.verdict).toMatchObject({ addon: { kind: 'lora' } });
    const { origin, search, hash } = new URL(offer!.model!.ranges[0]!.file.url);
    expect([origin, search, hash]).toEqual(['https://huggingface.co', '', '']);
    expect(new Set(asked)).toEqual(new Set(['huggingface.co']));
  });

  it.each([
    'artist/style',
    ' https://huggingface.co/artist/style ',
    'https://huggingface.co/artist/style/tree/main',
    'https://hf.co/artist/style/blob/main/pytorch_lora_weights.safetensors',
    'https://huggingface.co/artist/style/resolve/main/pytorch_lora_weights.safetensors?download=true',
  ])('is found by %s', async (address) => {
    await repository('artist/style', {
      'pytorch_lora_weights.safetensors': lora,
      'README.md': new Uint8Array(3),
    });
    const [offer] = await offers(address);
    expect(offer).toMatchObject({
      file: 'style.safetensors',
      licence: 'openrail++',
      verdict: { addon: { kind: 'lora', name: 'style' } },
    });
    expect(offer!.model!.ranges[0]!.file).toMatchObject({
      sha256: SUM,
      url: `https://huggingface.co/artist/style/resolve/${COMMIT}/pytorch_lora_weights.safetensors`,
    });
  });

  it('tells of settings that cannot be read, beside the model that goes without them', async () => {
    await repository('a/b', {
      'unet/diffusion_pytorch_model.safetensors': golden('sd1/diffusers/unet/diffusion_pytorch_model'),
      'vae/diffusion_pytorch_model.safetensors': golden('sd1/diffusers/vae/diffusion_pytorch_model'),
      'text_encoder/model.safetensors': golden('sd1/diffusers/text_encoder/model'),
      'scheduler/scheduler_config.json': new TextEncoder().encode('{"prediction_type": v}'),
    });
    expect((await offers('a/b')).map(({ file, verdict }) => [file, verdict])).toMatchObject([
      ['Stable Diffusion 1.x.safetensors', { facts: { family: 'Stable Diffusion 1.x' } }],
      ['scheduler/scheduler_config.json', { problem: { code: 'settings-unread' } }],
    ]);
  });

  it('of a file that goes on for a few bytes it takes the sum of the whole for nothing', async () => {
    await repository('a/b', { 'ink.safetensors': new Blob([lora, Uint8Array.of(7)]) });
    const [offer] = await offers('a/b');
    expect(offer).toMatchObject({ bytes: lora.size, verdict: { addon: { kind: 'lora' } } });
    expect(offer!.model!.ranges[0]!.file.sha256).toBeNull();
  });

  it('offers a diffusers folder as one model, its parts in the smaller precision', async () => {
    const part = (name: string) => golden(`sd1/diffusers/${name}`);
    const unet = part('unet/diffusion_pytorch_model');
    await repository('a/b', {
      'unet/diffusion_pytorch_model.safetensors': unet,
      'vae/diffusion_pytorch_model.safetensors': part('vae/diffusion_pytorch_model'),
      'text_encoder/model.safetensors': part('text_encoder/model'),
      'lora.safetensors': lora,
    });
    const found = await offers('a/b');
    expect(found.map(({ file }) => file).sort()).toEqual([
      'Stable Diffusion 1.x.safetensors',
      'lora.safetensors',
    ]);
    const whole = found.find(({ verdict }) => 'facts' in verdict)!;
    expect(whole.model!.ranges).toHaveLength(3);
    expect(parseHeader(whole.model!.head.subarray(8), bytesOf(whole.model!)).tensors.size).toBeGreaterThan(
      300,
    );
    const { file } = whole.model!.ranges[0]!;
    expect(file.head).toEqual(Uint8Array.from(unet.subarray(0, file.head.length)));
    expect(file.bytes).toBe(unet.length);
  });

  it('may be narrowed down to a folder', async () => {
    await repository('a/b', { 'x/one.safetensors': lora, 'y/two.safetensors': lora });
    const found = await offers('https://huggingface.co/a/b/tree/main/y');
    expect(found.map(({ file }) => file)).toEqual(['two.safetensors']);
  });

  it('shows what cannot be used behind what can', async () => {
    await repository('a/b', { '0.safetensors': new TextEncoder().encode('<html>'), '1.safetensors': lora });
    const found = await offers('a/b');
    expect(found.map(({ file }) => file)).toEqual(['1.safetensors', '0.safetensors']);
    expect(found[1]).toMatchObject({ verdict: { problem: { code: 'file-is-html' } }, model: null });
  });

  it('without a model, or with more than can be looked at, says so', async () => {
    await repository('a/b', { 'README.md': new Uint8Array(3), 'model.ckpt': new Uint8Array(3) });
    await expect(offers('a/b')).rejects.toMatchObject({ code: 'no-model-there' });
    const many = Object.fromEntries(Array.from({ length: 61 }, (_, i) => [`${i}.safetensors`, lora]));
    await repository('a/b', many);
    await expect(offers('a/b')).rejects.toMatchObject({ code: 'too-many-there', facts: { count: 61 } });
  });

  it.each([
    ['does not exist, as everyone is told', 401, 'RepoNotFound', 'repository-unknown'],
    ['does not exist, as it was told before there were codes', 401, '', 'repository-unknown'],
    ['has no such branch', 404, 'RevisionNotFound', 'revision-unknown'],
    ['wants its terms agreed to', 403, 'GatedRepo', 'repository-gated'],
  ])('that %s is named, and what is missing', async (_, status, code, meaning) => {
    hub.server.habits = { statuses: [status], headers: { 'X-Error-Code': code, 'X-Error-Message': 'No.' } };
    const thrown: unknown = await offers('https://huggingface.co/a/b/tree/ink').catch(
      (error: unknown) => error,
    );
    expect(causeOf(thrown, open)).toMatchObject({
      code: meaning,
      facts: { repository: 'a/b', revision: 'ink' },
    });
  });

  it('whose files are for those who agreed to its terms says so when one is looked at', async () => {
    await repository('a/b', { 'one.safetensors': lora });
    const gated: typeof fetch = async (input, init) => {
      if (!(input as string).includes('/resolve/')) return hub.here(input, init); // a string
      return new Response(null, { status: 401, headers: { 'X-Error-Code': 'GatedRepo' } });
    };
    const thrown: unknown = await offersAt('a/b', never, gated).catch((error: unknown) => error);
    expect(causeOf(thrown, open)).toMatchObject({
      code: 'repository-gated',
      facts: { repository: 'a/b' },
    });
  });

  it('that has no file of this name is told from one without any model', async () => {
    await repository('a/b', { 'one.safetensors': lora, 'two.ckpt': new Uint8Array(3) });
    await expect(offers('https://huggingface.co/a/b/blob/main/One.safetensors')).rejects.toMatchObject({
      code: 'file-unknown',
      facts: { repository: 'a/b', path: 'One.safetensors' },
    });
    await expect(offers('https://huggingface.co/a/b/blob/main/two.ckpt')).rejects.toMatchObject({
      code: 'no-model-there',
    });
  });

  it('is not taken from the page of a network that wants a person to sign in', async () => {
    hub.server.habits.portal = true;
    await expect(offers('a/b')).rejects.toMatchObject({ code: 'download-is-page' });
  });

  it('may answer with anything', async () => {
    const path = 'api/models/a/b/revision/main';
    for (const text of [
      '',
      'null',
      '[]',
      '{"siblings":7}',
      '{"siblings":[null,{"rfilename":{}}]}',
      '<html>',
    ]) {
      hub.server.files = new Map([[path, new TextEncoder().encode(text)]]);
      await expect(offers('a/b')).rejects.toMatchObject({ code: 'no-model-there' });
    }
  });
});
