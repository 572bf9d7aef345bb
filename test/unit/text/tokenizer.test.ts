import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CLIP, encodePrompt, type Tokenizer } from '../../../src/text/prompt';
import { loadTokenizer } from '../../../src/text/tokenizer';
import golden from '../../golden/data/tokenizer/cases.json';

const BASE = 'https://example.test/some/folder/';
const publicFolder = new URL('../../../public/', import.meta.url);
let tokenize: Tokenizer;

/** Answers from public/, under a base address with a sub-path; all else is not there. */
async function fromPublic(url: string): Promise<Response> {
  if (!url.startsWith(BASE)) return new Response('not found', { status: 404 });
  return new Response(await readFile(new URL(url.slice(BASE.length), publicFolder)));
}

beforeAll(async () => {
  vi.stubGlobal('fetch', vi.fn(fromPublic));
  tokenize = await loadTokenizer(BASE);
  return () => vi.unstubAllGlobals();
});

describe('the tokenizer', () => {
  it('asks only for files of the app itself', () => {
    const asked = new Set(vi.mocked(fetch).mock.calls.map(([url]) => url));
    expect(asked).toEqual(
      new Set([`${BASE}tokenizer/tokenizer.json`, `${BASE}tokenizer/tokenizer_config.json`]),
    );
  });

  it.each(golden.cases)('gives the reference ids of $text', ({ text, ids }) => {
    expect(tokenize(text)).toEqual(ids);
  });
});

describe('encodePrompt', () => {
  it.each(golden.cases)('cuts and pads as the reference does: $text', ({ text, padded }) => {
    expect([...encodePrompt(tokenize, text).ids]).toEqual(padded);
  });

  it.each(golden.pad_zero)('pads with another id on request: $text', ({ text, padded }) => {
    expect([...encodePrompt(tokenize, text, { ...CLIP, pad: 0 }).ids]).toEqual(padded);
  });

  it('drops nothing exactly when all ids fit', () => {
    const wrong = golden.cases.filter(
      ({ text, ids }) => (encodePrompt(tokenize, text).dropped === '') !== ids.length <= 75,
    );
    expect(wrong).toEqual([]);
  });

  it('keeps, before what it drops, only what fits and as many whole words as do', () => {
    const wrong = golden.cases.filter(({ text }) => {
      const { dropped } = encodePrompt(tokenize, text);
      if (dropped === '') return false;
      const kept = text.slice(0, text.lastIndexOf(dropped));
      const firstDropped = /^[\p{L}\p{M}]+|./u.exec(dropped)![0];
      return tokenize(kept).length > 75 || tokenize(kept + firstDropped).length <= 75;
    });
    expect(wrong).toEqual([]);
  });
});

describe('loadTokenizer', () => {
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
