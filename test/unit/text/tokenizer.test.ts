import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadTokenizer, remembering } from '../../../src/text/tokenizer';

const BASE = 'https://example.test/some/folder/';
const publicFolder = new URL('../../../public/', import.meta.url);

/** Answers from public/, under a base address with a sub-path; all else is not there. */
async function fromPublic(url: string): Promise<Response> {
  if (!url.startsWith(BASE)) return new Response('not found', { status: 404 });
  return new Response(await readFile(new URL(url.slice(BASE.length), publicFolder)));
}

beforeAll(async () => {
  vi.stubGlobal('fetch', vi.fn(fromPublic));
  await loadTokenizer(BASE);
  return () => vi.unstubAllGlobals();
});

describe('loadTokenizer', () => {
  it('asks only for files of the app itself', () => {
    const asked = new Set(vi.mocked(fetch).mock.calls.map(([url]) => url));
    expect(asked).toEqual(
      new Set([`${BASE}tokenizer/tokenizer.json`, `${BASE}tokenizer/tokenizer_config.json`]),
    );
  });

  it('says which file it could not get', async () => {
    vi.mocked(fetch).mockImplementation(() => Promise.resolve(new Response('', { status: 503 })));
    vi.resetModules();
    const fresh = await import('../../../src/text/tokenizer');
    const url = 'https://elsewhere.test/tokenizer/tokenizer_config.json';
    await expect(fresh.loadTokenizer('https://elsewhere.test/')).rejects.toMatchObject({
      code: 'network',
      facts: { url, reason: 'HTTP 503' },
    });
  });
});

describe('remembering', () => {
  it('reads a text once, and the last ones again without work, whatever was done with their ids', () => {
    const tokenize = vi.fn((text: string) => Array.from(text, (letter) => letter.charCodeAt(0)));
    const quick = remembering(tokenize);
    quick('fox').push(1);
    expect(quick('fox')).toEqual([102, 111, 120]);
    expect(tokenize).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 31; i++) quick(String(i));
    quick('fox');
    expect(tokenize, 'still known').toHaveBeenCalledTimes(32);
    for (let i = 0; i < 32; i++) quick(String(-i));
    quick('fox');
    expect(tokenize, 'forgotten at last').toHaveBeenCalledTimes(64);
  });
});
