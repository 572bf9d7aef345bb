/** What is offered at an address. */
import { describe, expect, it } from 'vitest';
import { causeOf, type Here } from '../../../src/engine/remote/cause';
import { offersAt } from '../../../src/engine/remote/offers';
import type { DrobeError } from '../../../src/errors';
import { modelBytes } from '../../golden/models';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { tensorsOf, written } from '../../safetensors';
import { imitatedHub, lora, never } from './imitated-hub';

const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    gunzipSync(readFileSync(new URL(`../../golden/data/models/${name}.safetensors.gzip`, import.meta.url))),
  );

const bytesIn = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await file.arrayBuffer());
const open: Here = { online: true, protocol: 'https:' };
const hub = imitatedHub();
const { offers, repository } = hub;

it('files that end in .sft are offered as those that end in .safetensors', async () => {
  await repository('a/b', { 'ink.sft': lora, 'ink.bin': lora });
  expect(await offers('a/b')).toMatchObject([{ file: 'ink.safetensors' }]);
});

describe('an address', () => {
  it('of a checkpoint offers it, and of the file only the header was read', async () => {
    hub.server.bytes = golden('sd1/model');
    hub.server.habits = { etag: '"one"' };
    const [offer, ...more] = await offersAt(hub.server.url('some%20model.safetensors'), never);
    expect(more).toEqual([]);
    expect(offer).toMatchObject({
      file: 'some model.safetensors',
      bytes: hub.server.bytes.length,
      licence: null,
      verdict: { facts: { family: 'Stable Diffusion 1.x' } },
    });
    const { head, ranges } = offer!.model!;
    expect(ranges).toHaveLength(1);
    expect(ranges[0]).toMatchObject({ begin: head.length, end: hub.server.bytes.length });
    expect(ranges[0]!.file).toMatchObject({ tag: '"one"', ranged: true, sha256: null });
    expect(head).toEqual(Uint8Array.from(Buffer.from(hub.server.bytes).subarray(0, head.length)));
    expect(hub.server.sent).toBeLessThan(200_000);
  });

  it('of a file that goes on for a few bytes offers what is before them', async () => {
    const sound = golden('sd1/model');
    hub.server.bytes = await bytesIn(new Blob([sound, Uint8Array.of(1, 2, 3)]));
    const [offer] = await offersAt(hub.server.url('model.safetensors'), never);
    expect(offer).toMatchObject({
      bytes: sound.length,
      verdict: { facts: { family: 'Stable Diffusion 1.x' } },
      model: { ranges: [{ end: sound.length }] },
    });
    // Of many more bytes nobody knows what they are.
    hub.server.bytes = await bytesIn(new Blob([sound, new Uint8Array(100)]));
    await expect(offersAt(hub.server.url('model.safetensors'), never)).rejects.toMatchObject({
      code: 'file-too-long',
    });
  });

  it('of IC-Light says so before it is downloaded, and offers InstructPix2Pix', async () => {
    const tensors = await tensorsOf(new Blob([modelBytes('sd1-pix2pix')]));
    hub.server.bytes = await bytesIn(written(tensors));
    const [instruct] = await offersAt(hub.server.url('instruct.safetensors'), never);
    expect(instruct).toMatchObject({ verdict: { facts: { kind: 'instruct' } } });
    expect(hub.server.sent).toBeLessThan(hub.server.bytes.length / 4);

    const norm = 'model.diffusion_model.out.0.weight';
    const { shape } = tensors.get(norm)!;
    const scattered = Float32Array.from({ length: shape[0]! }, (_, i) => Math.sin(7 * i) / 50);
    tensors.set(norm, { dtype: 'F32', shape, bytes: new Uint8Array(scattered.buffer) });
    hub.server.bytes = await bytesIn(written(tensors));
    const [stranger] = await offersAt(hub.server.url('iclight.safetensors'), never);
    expect(stranger).toMatchObject({
      verdict: { problem: { code: 'other-kind', facts: { kind: 'ic-light' } } },
    });
    // Where nothing can be asked for it is taken for what it looks like.
    hub.server.habits = { ignoresRanges: true };
    const [unasked] = await offersAt(hub.server.url('iclight.safetensors'), never);
    expect(unasked).toMatchObject({ verdict: { facts: { kind: 'instruct' } } });
  });

  it('without a file name gets one', async () => {
    hub.server.bytes = await bytesIn(lora);
    const [offer] = await offersAt(hub.server.url('download/123?type=Model'), never);
    expect(offer).toMatchObject({
      file: '123.safetensors',
      verdict: { addon: { kind: 'lora', name: '123' } },
    });
  });

  it('is called what its server calls it, wherever that is said', async () => {
    hub.server.bytes = await bytesIn(lora);
    hub.server.habits.headers = { 'Content-Disposition': `attachment; filename*=UTF-8''..%2Fink%20%C5%BE` };
    expect(await offersAt(hub.server.url('128713'), never)).toMatchObject([{ file: 'ink ž.safetensors' }]);

    hub.server.habits = {
      leads: '/store/0123?response-content-disposition=attachment%3Bfilename%3D%22ink_v2%22',
    };
    expect(await offersAt(hub.server.url('128713'), never)).toMatchObject([{ file: 'ink_v2.safetensors' }]);
    hub.server.habits = { leads: '/store/ink_v3.safetensors?X-Amz-Signature=0' };
    expect(await offersAt(hub.server.url('128713'), never)).toMatchObject([{ file: 'ink_v3.safetensors' }]);
    hub.server.habits = { leads: '/store/ink_v4.sft?X-Amz-Signature=0' };
    expect(await offersAt(hub.server.url('128713'), never)).toMatchObject([{ file: 'ink_v4.safetensors' }]);
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
    hub.server.bytes = new TextEncoder().encode(text);
    await expect(offersAt(hub.server.url(), never)).rejects.toMatchObject({ code });
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
