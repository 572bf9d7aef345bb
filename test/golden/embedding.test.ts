/** Textual inversion against diffusers: which tokens a word takes, and what the text encoder makes of its vectors. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { expect, it, vi } from 'vitest';
import { detect } from '../../src/nets/detect';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { embeddingOf, wordsFor } from '../../src/pipeline/embedding';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { encodePrompt } from '../../src/text/prompt';
import { loadTokenizer } from '../../src/text/tokenizer';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { unzipped } from './nets-suite';
import { readTensors } from './read';
import { worstDifference } from './tensors';

ort.env.wasm.numThreads = 1;

const data = new URL('data/', import.meta.url);
const bytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await readFile(new URL(path, data)));

/** Ids of diffusers' first vector: they follow the vocabulary. */
const FIRST = 49408;

it.each([
  ['diffusers_1vec', 'learned_embeds'],
  ['diffusers_4vec', 'learned_embeds'],
  ['emb_params_2vec', 'my-style'],
])('a word of its own in the layout of %s', async (name, file) => {
  const at = `lora/textual_inversion_${name}`;
  const { prompt, trigger } = JSON.parse(await readFile(new URL(`${at}/case.json`, data), 'utf8')) as {
    prompt: string;
    trigger: string;
  };
  const expected = readTensors(new URL(`${at}/expected.safetensors`, data));

  vi.stubGlobal('fetch', async (url: string) => {
    const path = `../../public/${url.replace('app://', '')}`;
    return new Response(await readFile(new URL(path, import.meta.url)));
  });
  const tokenizer = await loadTokenizer('app://');
  vi.unstubAllGlobals();

  const model = await unzipped(await bytes('models/sd1/model.safetensors.gzip'));
  const { tensors, metadata } = await readHeader(new Blob([model]));
  const facts = detect({ tensors, metadata });
  const weights = { tensors, source: memorySource(model) };
  const checkpoint = new Checkpoint(facts, weights, wasmMachine(new Sessions(ort)));

  const learned = await bytes(`${at}/${file}.safetensors`);
  const header = await readHeader(new Blob([learned]));
  const embedding = embeddingOf(header, memorySource(learned), trigger, facts);
  expect(embedding).not.toBeNull();
  const [word] = wordsFor([embedding!], new Set(tokenizer(prompt)));
  const { ids } = encodePrompt(tokenizer, prompt.toUpperCase(), facts.texts[0], [word!]);
  const theirs = Array.from(expected.get('input_ids')!.data); // a missing one fails the test by itself
  expect([...ids]).toEqual(theirs.map((id) => (id >= FIRST ? word!.ids[id - FIRST] : id)));

  const rows = new Map(word!.ids.map((id, n) => [id, embedding!.rows[n]!]));
  const [encoded] = await checkpoint.encode([ids], 1, () => undefined, rows);
  const worst = worstDifference(encoded!.context, expected.get('last_hidden_state')!.data);
  console.info(`${name}: ${rows.size} vectors, worst relative difference ${worst.toExponential(1)}`);
  expect(worst).toBeLessThan(1e-4);

  // Without them the same tokens are words again.
  const [plain] = await checkpoint.encode([ids], 1, () => undefined);
  expect(worstDifference(plain!.context, expected.get('last_hidden_state')!.data)).toBeGreaterThan(0.01);
});
