import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { causeOf, type Here } from '../../../src/engine/remote/cause';
import { offersAt } from '../../../src/engine/remote/offers';
import type { DrobeError } from '../../../src/errors';
import { bytesOf } from '../../../src/weights/store/layout';
import { parseHeader } from '../../../src/weights/safetensors';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { modelBytes } from '../../golden/models';
import { tensorsOf, written } from '../../safetensors';
import { HostileServer } from '../../hostile';

const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    gunzipSync(readFileSync(new URL(`../../golden/data/models/${name}.safetensors.gzip`, import.meta.url))),
  );

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SUM = 'ab'.repeat(32);

let server: HostileServer;
beforeEach(async () => {
  server = await new HostileServer().start();
});
afterEach(() => server.stop());

/** Hugging Face, but here. */
const here: typeof fetch = (url, init) => {
  const { href } = new URL(url as string); // all are strings
  expect(href).toMatch(/^https:\/\/huggingface\.co\//);
  return fetch(href.replace('https://huggingface.co/', server.url('')), init);
};
const never = new AbortController().signal;
const open: Here = { online: true, protocol: 'https:' };
const offers = (address: string) => offersAt(address, never, here);

const bytesIn = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await file.arrayBuffer());
const lora = written(
  new Map(
    ['down', 'up'].map((side) => [
      `lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_${side}.weight`,
      { dtype: 'F32', shape: side === 'down' ? [1, 4] : [4, 1], bytes: new Uint8Array(16) },
    ]),
  ),
);

/** A repository with these files, as the hub lists and serves it. */
async function repository(name: string, files: Record<string, Blob | Uint8Array>, license = 'openrail++') {
  const siblings = Object.keys(files).map((rfilename) => ({
    rfilename,
    size: 1,
    ...(rfilename.endsWith('.safetensors') && { lfs: { sha256: SUM, size: 1, pointerSize: 134 } }),
  }));
  const info = { id: name, sha: COMMIT, cardData: { license }, siblings };
  const served = new Map([
    [`api/models/${name}/revision/main`, new TextEncoder().encode(JSON.stringify(info))],
  ]);
  for (const [path, file] of Object.entries(files)) {
    const bytes = file instanceof Blob ? await bytesIn(file) : Uint8Array.from(file);
    served.set(`${name}/resolve/${COMMIT}/${path}`, bytes);
  }
  server.files = served;
}

it('files that end in .sft are offered as those that end in .safetensors', async () => {
  await repository('a/b', { 'ink.sft': lora, 'ink.bin': lora });
  expect(await offers('a/b')).toMatchObject([{ file: 'ink.safetensors' }]);
});

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

describe('an address', () => {
  it('of a checkpoint offers it, and of the file only the header was read', async () => {
    server.bytes = golden('sd1/model');
    server.habits = { etag: '"one"' };
    const [offer, ...more] = await offersAt(server.url('some%20model.safetensors'), never);
    expect(more).toEqual([]);
    expect(offer).toMatchObject({
      file: 'some model.safetensors',
      bytes: server.bytes.length,
      licence: null,
      verdict: { facts: { family: 'Stable Diffusion 1.x' } },
    });
    const { head, ranges } = offer!.model!;
    expect(ranges).toHaveLength(1);
    expect(ranges[0]).toMatchObject({ begin: head.length, end: server.bytes.length });
    expect(ranges[0]!.file).toMatchObject({ tag: '"one"', ranged: true, sha256: null });
    expect(head).toEqual(Uint8Array.from(Buffer.from(server.bytes).subarray(0, head.length)));
    expect(server.sent).toBeLessThan(200_000);
  });

  it('of IC-Light says so before it is downloaded, and offers InstructPix2Pix', async () => {
    const tensors = await tensorsOf(new Blob([modelBytes('sd1-pix2pix')]));
    server.bytes = await bytesIn(written(tensors));
    const [instruct] = await offersAt(server.url('instruct.safetensors'), never);
    expect(instruct).toMatchObject({ verdict: { facts: { kind: 'instruct' } } });
    expect(server.sent).toBeLessThan(server.bytes.length / 4);

    const norm = 'model.diffusion_model.out.0.weight';
    const { shape } = tensors.get(norm)!;
    const scattered = Float32Array.from({ length: shape[0]! }, (_, i) => Math.sin(7 * i) / 50);
    tensors.set(norm, { dtype: 'F32', shape, bytes: new Uint8Array(scattered.buffer) });
    server.bytes = await bytesIn(written(tensors));
    const [stranger] = await offersAt(server.url('iclight.safetensors'), never);
    expect(stranger).toMatchObject({
      verdict: { problem: { code: 'other-kind', facts: { kind: 'ic-light' } } },
    });
    // Where nothing can be asked for it is taken for what it looks like.
    server.habits = { ignoresRanges: true };
    const [unasked] = await offersAt(server.url('iclight.safetensors'), never);
    expect(unasked).toMatchObject({ verdict: { facts: { kind: 'instruct' } } });
  });

  it('without a file name gets one', async () => {
    server.bytes = await bytesIn(lora);
    const [offer] = await offersAt(server.url('download/123?type=Model'), never);
    expect(offer).toMatchObject({
      file: '123.safetensors',
      verdict: { addon: { kind: 'lora', name: '123' } },
    });
  });

  it('is called what its server calls it, wherever that is said', async () => {
    server.bytes = await bytesIn(lora);
    server.habits.headers = { 'Content-Disposition': `attachment; filename*=UTF-8''..%2Fink%20%C5%BE` };
    expect(await offersAt(server.url('128713'), never)).toMatchObject([{ file: 'ink ž.safetensors' }]);

    server.habits = {
      leads: '/store/0123?response-content-disposition=attachment%3Bfilename%3D%22ink_v2%22',
    };
    expect(await offersAt(server.url('128713'), never)).toMatchObject([{ file: 'ink_v2.safetensors' }]);
    server.habits = { leads: '/store/ink_v3.safetensors?X-Amz-Signature=0' };
    expect(await offersAt(server.url('128713'), never)).toMatchObject([{ file: 'ink_v3.safetensors' }]);
    server.habits = { leads: '/store/ink_v4.sft?X-Amz-Signature=0' };
    expect(await offersAt(server.url('128713'), never)).toMatchObject([{ file: 'ink_v4.safetensors' }]);
  });

  it('with a name and a password in it hands them over as browsers do, and tells them to nobody else', async () => {
    const asked: [string, string | null][] = [];
    const guarded: typeof fetch = async (url, init) => {
      asked.push([url as string, new Headers(init?.headers).get('Authorization')]); // a string
      return new Response(null, { status: 401 });
    };
    const refused = offersAt('https://ann:b%40d@a.example/x.safetensors?token=c0ffee#top', never, guarded);
    const { message, facts } = (await refused.catch((thrown: unknown) => thrown)) as DrobeError;
    expect(asked).toEqual([['https://a.example/x.safetensors?token=c0ffee#top', `Basic ${btoa('ann:b@d')}`]]);
    expect(facts['url']).toBe('https://a.example/x.safetensors?…');
    expect(message).not.toMatch(/ann|b%40d|c0ffee/);
  });

  it.each([
    ['a web page', '<!doctype html><title>Sign in</title>', 'file-is-html'],
    ['nothing', '', 'file-empty'],
  ])('of %s says so', async (_, text, code) => {
    server.bytes = new TextEncoder().encode(text);
    await expect(offersAt(server.url(), never)).rejects.toMatchObject({ code });
  });

  it('whose letters are spoilt is asked for as it is', async () => {
    const spoilt = 'https://a.example/%E0%A4.safetensors';
    const page: typeof fetch = async (input) => {
      expect(input).toBe(spoilt);
      return new Response('<!doctype html>', { headers: { 'Content-Length': '15' } });
    };
    await expect(offersAt(spoilt, never, page)).rejects.toMatchObject({ code: 'file-is-html' });
  });

  it.each(['', 'model', 'not an address', 'ftp://a.example/b.safetensors', 'javascript:alert(1)'])(
    'that is none (%s) is refused',
    async (address) => {
      await expect(offers(address)).rejects.toMatchObject({ code: 'bad-address', facts: { address } });
    },
  );
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
    server.files = new Map([...server.files!].filter(([path]) => !path.endsWith('.yaml')));
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
    server.habits = { statuses: [status], headers: { 'X-Error-Code': code, 'X-Error-Message': 'No.' } };
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
      if (!(input as string).includes('/resolve/')) return here(input, init); // a string
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
    server.habits.portal = true;
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
      server.files = new Map([[path, new TextEncoder().encode(text)]]);
      await expect(offers('a/b')).rejects.toMatchObject({ code: 'no-model-there' });
    }
  });
});

describe('a server that cannot be read', () => {
  const failing: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  const lookedAt = async (address: string, where: Here = open) =>
    causeOf(await offersAt(address, never, failing).catch((thrown: unknown) => thrown), where);

  it('is named, without what may be a key', async () => {
    expect(await lookedAt('https://a.example/x.safetensors?key=c0ffee')).toMatchObject({
      code: 'no-answer',
      facts: { host: 'a.example', url: 'https://a.example/x.safetensors?…' },
    });
  });

  it.each(['https://a.example/x', 'https://civitai.com/models/4384'])(
    'on a device that is offline is not blamed: %s',
    async (address) => {
      expect(await lookedAt(address, { ...open, online: false })).toMatchObject({ code: 'offline' });
    },
  );

  it('because it is asked by http is told so; one on this device may be read', async () => {
    expect(await lookedAt('http://a.example/x')).toMatchObject({ code: 'address-insecure' });
    expect(await lookedAt('http://127.0.0.1:9/x')).toMatchObject({ code: 'no-answer' });
  });
});

describe('a page of Civitai', () => {
  const files = (id: number, host = 'civitai.com') => [
    {
      name: `ink_v${id}.safetensors`,
      downloadUrl: `https://${host}/api/download/models/${id}`,
      hashes: { SHA256: SUM.toUpperCase() },
    },
    {
      name: `ink_v${id}_fp16.sft`,
      downloadUrl: `https://${host}/api/download/models/${id}?fp=fp16`,
      hashes: { SHA256: SUM },
    },
    { name: 'ink.ckpt', downloadUrl: `https://${host}/api/download/models/${id}?format=PickleTensor` },
  ];
  const site =
    (host?: string): typeof fetch =>
    async (input) => {
      const { origin, pathname } = new URL(input as string); // a string
      expect(origin).toBe('https://civitai.com');
      if (pathname.startsWith('/api/download/'))
        return new Response(lora, { headers: { 'Content-Length': String(lora.size) } });
      expect(pathname).toBe('/api/v1/models/4384');
      const modelVersions = [2, 1].map((id) => ({ id, files: files(id, host) }));
      return Response.json({ name: 'Ink', modelVersions });
    };

  it.each([
    ['https://civitai.com/models/4384/ink', 2],
    ['https://civitai.com/models/4384?modelVersionId=1', 1],
  ])('offers what its API does: %s', async (address, version) => {
    const [offer, ...more] = await offersAt(address, never, site());
    expect(more).toMatchObject([{ file: `ink_v${version}_fp16.safetensors` }]);
    expect(offer).toMatchObject({ file: `ink_v${version}.safetensors` });
    expect(offer!.model!.ranges[0]!.file).toMatchObject({
      url: `https://civitai.com/api/download/models/${version}`,
      sha256: SUM.toUpperCase(),
    });
  });

  it('leads to no other host than the one that was named', async () => {
    await expect(
      offersAt('https://civitai.com/models/4384', never, site('elsewhere.example')),
    ).rejects.toMatchObject({ code: 'no-model-there' });
  });

  it('that no other site may read says so', async () => {
    const shut = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(offersAt('https://civitai.com/models/4384', never, shut)).rejects.toMatchObject({
      code: 'page-closed',
      facts: { host: 'civitai.com' },
    });
  });
});
