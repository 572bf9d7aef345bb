import { expect, it } from 'vitest';
import { wrongWith } from '../../lint/arrows.mjs';

const inGraph = (from: string, onlyTypes = false) => wrongWith('src/graph/nn.ts', from, onlyTypes);

it('a folder imports itself, and what its row names', () => {
  expect(inGraph('./graph')).toBeNull();
  expect(inGraph('../errors')).toBeNull();
  expect(inGraph('../errors.ts')).toBeNull();
  const inRoom = (from: string) => wrongWith('src/ui/words/en/make/run.ts', from, false);
  expect(inRoom('../models/nets')).toBeNull();
  expect(inRoom('../../lt/models/nets')).not.toBeNull();
});

it('a folder imports nothing else: neither what begins alike, nor by a way around', () => {
  for (const from of ['../nets/unet', '../errorsome', '../../package.json', '..', './../nets/unet'])
    expect(inGraph(from), from).toBe('src/graph may not import this: see test/lint/arrows.mjs.');
  expect(inGraph('fflate')).toBe('src/graph may not use this package: see test/lint/arrows.mjs.');
});

it('where a row says types, no more than types', () => {
  const inNets = (onlyTypes: boolean) => wrongWith('src/nets/vae.ts', '../weights/safetensors', onlyTypes);
  expect(inNets(true)).toBeNull();
  expect(inNets(false)).toBe('src/nets may import only types from here.');
});

it('a row for what lies inside a folder takes the place of the folder’s', () => {
  const hash = 'hash-wasm';
  expect(wrongWith('src/weights/download/downloads.ts', hash, false)).toBeNull();
  expect(wrongWith('src/weights/download/other.ts', hash, false)).not.toBeNull();
});

it('files at the top reach the others from there', () => {
  expect(wrongWith('src/main.ts', './ui/App.svelte', false)).toBeNull();
  expect(wrongWith('src/errors.ts', './nets/vae', false)).not.toBeNull();
});

it('outside src/ there is no row', () => {
  expect(wrongWith('test/job.ts', '../src/pipeline/job', false)).toBeNull();
});
