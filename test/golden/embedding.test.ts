/** Textual inversion against diffusers: which tokens a word takes, and what the text encoder makes of its vectors. */
import { expect, it } from 'vitest';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { embeddingWords, type EmbeddingWord } from '../../src/nets/detect/embedding';
import { embeddingOf, wordsFor } from '../../src/pipeline/files/embedding';
import { inspect } from '../../src/pipeline/files/inspect';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { conditions } from '../../src/text/conditions';
import type { Encoded } from '../../src/text/encodings';
import { marked, type Window } from '../../src/text/windows';
import { memorySource } from '../../src/weights/source';
import { headerOf, tensorsOf, writtenBytes } from '../safetensors';
import { servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { goldenBytes, goldenJson, goldenTensors, listCases, present } from './root';
import { tuned } from './runtime';
import { worstDifference } from './tensors';

const words = listCases('lora', (name) => name.startsWith('textual_inversion'));

it.each(words)('a word of its own (%s)', async (name) => {
  const at = `lora/${name}`;
  const { file, prompt, trigger } = goldenJson(`${at}/case.json`) as Record<string, string>;
  const expected = goldenTensors(`${at}/expected.safetensors`);

  const tokenizer = await servedTokenizer();
  const model = modelBytes('sd1');
  const { model: facts, tensors } = inspect(await headerOf(model));
  const weights = { tensors, source: memorySource(model) };
  const checkpoint = new Checkpoint(facts, weights, wasmMachine(new Sessions(tuned)));

  const learned = goldenBytes(`${at}/${file!}`);
  const header = await headerOf(learned);
  const [{ tensors: tables }] = embeddingWords(header.tensors) as [EmbeddingWord];
  const from = { file: file!, header, source: memorySource(learned), tensors: tables };
  const embedding = embeddingOf(trigger!, [from], facts);
  expect(embedding).not.toBeNull();
  const [word] = wordsFor([embedding!]);
  const reading = { language: 'plain', emphasis: 'off', steps: 1, tokenize: tokenizer } as const;
  const [condition] = conditions(prompt!.toUpperCase(), 'prompt', { ...reading, words: [word!] });
  const [[window]] = condition!.texts as [[Window]];
  const { ids } = marked(window, facts.texts[0]);
  expect([...ids]).toEqual([...expected('input_ids').data]);

  const vectors = new Map(word!.ids.map((id, n) => [id, embedding!.rows[n]!]));
  const [encoded] = await checkpoint.encode([window], () => undefined, { vectors });
  const worst = worstDifference(encoded!.context, expected('last_hidden_state').data);
  console.info(`${name}: ${vectors.size} vectors, worst relative difference ${worst.toExponential(1)}`);
  expect(worst).toBeLessThan(1e-4);

  // Other vectors of the same ids are read as such.
  const others = new Map(
    [...vectors].map(([id, own]) => [id, own.map(({ length }) => new Float32Array(length))]),
  );
  const [other] = await checkpoint.encode([window], () => undefined, { vectors: others });
  expect(worstDifference(other!.context, expected('last_hidden_state').data)).toBeGreaterThan(0.01);
});

it.runIf(present('models/sdxl'))("SDXL's two encoders get the vectors that are meant for each", async () => {
  const tokenizer = await servedTokenizer();
  const file = modelBytes('sdxl');
  const { model: facts, tensors } = inspect(await headerOf(file));
  const weights = { tensors, source: memorySource(file) };
  const checkpoint = new Checkpoint(facts, weights, wasmMachine(new Sessions(tuned)));

  // The word means "cat dog" to the first encoder and "red apple" to the second: rows of their own tables.
  const meant = ['cat dog', 'red apple'].map((words) => [...tokenizer(words)]);
  const stored = await tensorsOf(file);
  const rowsOf = (key: string, ids: readonly number[]) => {
    const { dtype, shape, bytes: table } = stored.get(key)!;
    const each = table.length / shape[0]!;
    const rows = ids.flatMap((id) => [...table.subarray(id * each, (id + 1) * each)]);
    return { dtype, shape: [ids.length, shape[1]!], bytes: Uint8Array.from(rows) };
  };
  const [first] = facts.texts;
  const pair = new Map([
    ['clip_g', rowsOf('conditioner.embedders.1.model.token_embedding.weight', meant[1]!)],
    [
      'clip_l',
      rowsOf('conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight', meant[0]!),
    ],
  ]);
  const learned = writtenBytes(pair);
  const header = await headerOf(learned);
  const [word] = embeddingWords(header.tensors);
  const from = { file: 'duo', header, source: memorySource(learned), tensors: word!.tensors };
  const embedding = embeddingOf('duo', [from], facts);
  expect(embedding?.rows).toHaveLength(2);
  expect(embeddingOf('duo', [from], { ...facts, texts: [first] })).toBeNull();

  const encode = async (prompt: string, words: ReturnType<typeof wordsFor> = []) => {
    const reading = { language: 'plain', emphasis: 'off', steps: 1, tokenize: tokenizer, words } as const;
    const [condition] = conditions(prompt, 'prompt', reading);
    const vectors = new Map(
      words.flatMap((word) => word.ids.map((id, n) => [id, embedding!.rows[n]!] as const)),
    );
    const [{ context, pooled }] = (await checkpoint.encode(condition!.texts[0]!, () => undefined, {
      vectors,
    })) as [Encoded];
    const half = (from: number, to: number): Float32Array =>
      context.filter(
        (_, i) => i % facts.denoiser.contextWidth >= from && i % facts.denoiser.contextWidth < to,
      );
    return { first: half(0, first.width), second: half(first.width, Infinity), pooled };
  };
  const duo = await encode('a duo there', wordsFor([embedding!]));
  const [cat, apple] = [await encode('a cat dog there'), await encode('a red apple there')];
  for (const [half, same, other] of [
    ['first', cat, apple],
    ['second', apple, cat],
    ['pooled', apple, cat],
  ] as const) {
    expect(worstDifference(duo[half], same[half]), half).toBeLessThan(1e-6);
    expect(worstDifference(duo[half], other[half]), half).toBeGreaterThan(0.01);
  }
});
