/** T5's tokenizer from a tokenizer.json, against tokenizers in Rust. */
import { beforeAll, describe, expect, it } from 'vitest';
import { endedAt, t5Tokenizer } from '../../src/text/t5';
import type { Tokenizer } from '../../src/text/windows';
import { goldenBytes, goldenJson, present } from './root';

interface Cases {
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

const at = 't5_tokenizer';
const there = present(`${at}/cases.json`, `${at}/tokenizer.json`);
const { cases } = there ? (goldenJson(`${at}/cases.json`) as Cases) : { cases: [] };

describe.runIf(there)('T5 reads what the reference reads', () => {
  let tokenize: Tokenizer;
  beforeAll(async () => {
    tokenize = await t5Tokenizer(new TextDecoder().decode(goldenBytes(`${at}/tokenizer.json`)));
  });

  it.each(cases)('$text', ({ text, ids }) => {
    const found = tokenize(text);
    const { ids: ended } = endedAt({ ids: found, weights: [] }, found.length + 1, { eos: 1, pad: 0 });
    expect([...ended]).toEqual(ids);
  });

  it('takes the joiner of emoji for a sign', () => {
    const [joined, sign] = ['o\u200D', 'o\u2603'].map(tokenize);
    expect(joined).toEqual(sign);
    expect(joined).not.toEqual(tokenize('o'));
  });
});
