/** From text to tokens in windows: transformers' ids, and how A1111 and ComfyUI cut and weigh a long prompt. */
import { beforeAll, expect, it } from 'vitest';
import { conditions, type Language } from '../../src/text/conditions';
import { tokenCount } from '../../src/text/count';
import { CLIP, marked, type Tokenizer } from '../../src/text/windows';
import { servedTokenizer } from './drawing';
import { goldenJson, present } from './root';

let tokenize: Tokenizer;
beforeAll(async () => {
  tokenize = await servedTokenizer();
});

const ids = 'tokenizer_cases/ids/case.json';
const chunks = 'tokenizer_cases/chunks/case.json';
const zeroPadding = { ...CLIP, pad: 0 };

const reading = (language: Language, more = {}) => ({
  language,
  emphasis: language === 'plain' ? ('off' as const) : language,
  steps: 20,
  tokenize,
  ...more,
});

/** Windows of the prompt's only text, with marks. */
function marksOf(prompt: string, asked: ReturnType<typeof reading>, marks = CLIP) {
  const [condition, ...others] = conditions(prompt, 'negative', asked);
  expect([condition!.texts.length, others]).toEqual([1, []]);
  return condition!.texts[0]!.map((window) => {
    const { ids, weights } = marked(window, marks);
    return { ids: [...ids], weights: [...weights] };
  });
}

if (present(ids)) {
  const golden = goldenJson(ids) as {
    cases: { text: string; ids_no_special: number[]; ids_77: number[] }[];
    pad_zero: { text: string; ids_77: number[] }[];
  };
  it.each(golden.cases)('the reference ids of $text', ({ text, ids_no_special, ids_77 }) => {
    expect(tokenize(text)).toEqual(ids_no_special);
    const [first] = marksOf(text, reading('plain', { limit: 1, backtrack: 0 }));
    expect(first!.ids).toEqual(ids_77);
  });

  it.each(golden.pad_zero)('padded with zeros: $text', ({ text, ids_77 }) => {
    const [first] = marksOf(text, reading('plain', { limit: 1, backtrack: 0 }), zeroPadding);
    expect(first!.ids).toEqual(ids_77);
  });
}

interface Chunks {
  chunks: { ids: number[]; weights: number[] }[];
  token_count: number;
}
if (present(chunks)) {
  const golden = goldenJson(chunks) as { cases: ({ text: string } & Record<string, Chunks>)[] };
  it.each(golden.cases)("A1111's windows of $text", ({ text, ...expected }) => {
    const asked = Object.keys(expected).filter((name) => /^backtrack\d+$/.test(name));
    expect(asked).not.toEqual([]);
    for (const name of asked) {
      const { chunks, token_count } = expected[name]!;
      const way = reading('A1111', { backtrack: Number(name.slice('backtrack'.length)) });
      const found = marksOf(text, way);
      expect(found.map(({ ids }) => ids)).toEqual(chunks.map(({ ids }) => ids));
      expect(found.map(({ weights }) => weights)).toEqual(
        chunks.map(({ weights }) => weights.map(Math.fround)),
      );
      const rooms = Math.max(1, Math.ceil(token_count / 75));
      expect(tokenCount(text, 'negative', way)).toEqual({ used: token_count, room: 75 * rooms });
    }
  });
}

for (const [file, marks] of [
  ['comfy_tokens', CLIP],
  ['comfy_tokens_clip_g', zeroPadding],
] as const) {
  const path = `kdiff/prompts/${file}.json`;
  if (!present(path)) continue;
  const golden = goldenJson(path) as {
    cases: {
      prompt: string;
      chunks: { ids: number[]; weights: (number | string)[]; length: number }[];
    }[];
  };
  it.each(golden.cases)(`ComfyUI's windows, padded with ${marks.pad}, of $prompt`, ({ prompt, chunks }) => {
    // What is given last repeats up to the length. NaN and infinity are words there.
    const whole = <T>(list: T[], length: number): T[] =>
      Array.from({ length }, (_, i) => list[Math.min(i, list.length - 1)]!);
    const found = marksOf(prompt, reading('ComfyUI'), marks);
    expect(found.map(({ ids }) => ids)).toEqual(chunks.map(({ ids, length }) => whole(ids, length)));
    expect(found.map(({ weights }) => weights)).toEqual(
      chunks.map(({ weights, length }) =>
        whole(weights, length).map((weight) =>
          Math.fround(Number(weight === 'inf' ? Infinity : weight === '-inf' ? -Infinity : weight)),
        ),
      ),
    );
  });
}
