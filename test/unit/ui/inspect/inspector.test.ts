import { describe, expect, test } from 'vitest';
import type { Inspection } from '../../../../src/engine/api';
import { DrobeError } from '../../../../src/errors';
import { FileInspector } from '../../../../src/ui/inspect/file-inspector.svelte';
import { pretty } from '../../../../src/ui/inspect/pretty';
import { shapeWords, TensorRows, type Tensor } from '../../../../src/ui/inspect/tensors.svelte';
import { en } from '../../../../src/ui/words/en';
import { engine, gate, miniature, stopped, turn } from '../fake';

const tensor = (name: string, shape: number[] = [1], dtype: Tensor['dtype'] = 'F16'): Tensor => {
  const parameters = shape.reduce((product, d) => product * d, 1);
  return { name, shape, dtype, parameters, bytes: parameters * (dtype === 'F32' ? 4 : 2) };
};
const names = (rows: TensorRows): string[] => rows.rows.map(({ name }) => name);

const four = [
  tensor('block.10.attn1.weight', [320, 320]),
  tensor('block.2.attn1.weight', [320, 320], 'F32'),
  tensor('block.2.attn2.bias', [320]),
  tensor('scale', [], 'F32'),
];

describe('tensors', () => {
  test('are shown in the order of the file', () => {
    expect(names(new TensorRows(four))).toEqual(four.map(({ name }) => name));
  });

  test.each([
    ['attn1', ['block.10.attn1.weight', 'block.2.attn1.weight']],
    ['ATTN1 f32', ['block.2.attn1.weight']],
    ['320x320', ['block.10.attn1.weight', 'block.2.attn1.weight']],
    ['320 × 320 f16', ['block.10.attn1.weight']],
    ['scalar', ['scale']],
    ['(', []],
  ])('are filtered by every word of “%s”', (filter, expected) => {
    const rows = new TensorRows(four);
    rows.filter = filter;
    expect(names(rows)).toEqual(expected);
  });

  test('are sorted by a column, the other way round, and then as in the file again', () => {
    const rows = new TensorRows(four);
    rows.sort('name');
    expect(rows.order).toEqual({ column: 'name', direction: 'ascending' });
    expect(names(rows)).toEqual([
      'block.2.attn1.weight',
      'block.2.attn2.bias',
      'block.10.attn1.weight',
      'scale',
    ]);
    rows.sort('name');
    expect(names(rows)[0]).toBe('scale');
    rows.sort('name');
    expect(rows.order).toBeNull();
    expect(names(rows)).toEqual(four.map(({ name }) => name));
  });

  test.each([
    ['bytes', ['block.2.attn1.weight', 'block.10.attn1.weight', 'block.2.attn2.bias', 'scale']],
    ['shape', ['scale', 'block.2.attn2.bias', 'block.10.attn1.weight', 'block.2.attn1.weight']],
    ['dtype', ['block.10.attn1.weight', 'block.2.attn2.bias', 'block.2.attn1.weight', 'scale']],
  ] as const)('sorted by %s begin with what one looks for', (column, expected) => {
    const rows = new TensorRows(four);
    rows.sort(column);
    expect(names(rows)).toEqual(expected);
  });

  test('come in pages of a hundred; a new filter or order begins at the first', () => {
    const rows = new TensorRows(Array.from({ length: 250 }, (_, i) => tensor(`t.${i}`)));
    expect(rows.pages).toBe(3);
    rows.page = 7;
    expect([rows.page, names(rows).length, names(rows)[0]]).toEqual([2, 50, 't.200']);
    rows.sort('name');
    expect(rows.page).toBe(0);
    rows.page = 1;
    rows.filter = 't.1';
    expect([rows.page, rows.pages, rows.found.length]).toEqual([0, 2, 111]);
  });

  test('by the ten thousand are filtered and sorted in a blink', () => {
    const rows = new TensorRows(
      Array.from({ length: 10_000 }, (_, i) => tensor(`model.blocks.${i}.attn${i % 2}`)),
    );
    const began = performance.now();
    rows.filter = 'attn1';
    rows.sort('name');
    expect(names(rows)[0]).toBe('model.blocks.1.attn1');
    expect(performance.now() - began).toBeLessThan(500);
  });
});

test('a shape reads as a product', () => {
  expect([[320, 4, 3, 3], [5], []].map(shapeWords)).toEqual(['320 × 4 × 3 × 3', '5', 'scalar']);
});

describe('JSON in metadata', () => {
  test('is given an indent, and keeps its values to the letter', () => {
    const text =
      '{"seed":12345678901234567890,"seed":1.50,"tags":[],"dirs":{"a, b: {":[1,"\\"]"],"e":{}}, "n":null}';
    expect(pretty(text)).toBe(
      [
        '{',
        '  "seed": 12345678901234567890,',
        '  "seed": 1.50,',
        '  "tags": [],',
        '  "dirs": {',
        '    "a, b: {": [',
        '      1,',
        '      "\\"]"',
        '    ],',
        '    "e": {}',
        '  },',
        '  "n": null',
        '}',
      ].join('\n'),
    );
  });

  test.each([
    ['short JSON', '{"steps": 20}'],
    ['what only begins like JSON', `{not json at all, ${'x'.repeat(100)}}`],
    ['plain text', 'Trained on apples. '.repeat(10)],
    ['very long JSON', JSON.stringify(Array(100_000).fill(1234))],
  ])('%s stays as it is', (_, text) => {
    expect(pretty(text)).toBe(text);
  });

  test('nested without end is no danger', () => {
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    expect(pretty(deep).replace(/\s/g, '')).toBe(deep);
  });
});

test('a verdict says what a file is', () => {
  const { facts } = miniature;
  expect(en.verdict.verdict({ facts }, 'a.safetensors')).toMatch(/can run: Stable Diffusion 1\.x/);
  const addon = { kind: 'lora', name: 'a', modules: 3, base: null } as const;
  expect(en.verdict.verdict({ addon }, 'a.safetensors')).toMatch(/addition to a model\. LoRA, 3 modules\.$/);
  const unused = [{ why: 'text2', such: 'lora_te2_x', count: 2 }] as const;
  expect(en.verdict.verdict({ addon }, 'a.safetensors', { modules: 3, used: 1, unused })).toMatch(
    /LoRA, 1 of 3 modules used; 2 belong to a text encoder this model does not have\.$/,
  );
  const problem = { code: 'other-kind', facts: { kind: 'language-model' } } as const;
  expect(en.verdict.verdict({ problem }, 'a.safetensors')).toMatch(/a\.safetensors.*a language model/);
});

const inspection = (bytes: number): Inspection => ({
  bytes,
  tensors: [],
  total: { tensors: 0, parameters: 0, bytes: 0 },
  parts: [],
  dtypes: [],
  metadata: [],
  verdict: { problem: { code: 'file-is-vae', facts: {} } },
  use: null,
  lack: null,
});

/* oxlint-disable require-yield -- calls that only answer, fail or wait */
describe('the lens', () => {
  test('shows the file it was pointed at, until it is closed', async () => {
    const asked: unknown[] = [];
    const inspector = new FileInspector(
      engine({
        inspect: async function* (_, what) {
          asked.push(what);
          return inspection(7);
        },
      }),
    );
    const at = inspector.open(miniature);
    expect(inspector.look).toEqual({ kind: 'reading', file: 'mini-sd.safetensors' });
    await at;
    expect(inspector.look).toMatchObject({
      kind: 'ready',
      file: 'mini-sd.safetensors',
      inspection: { bytes: 7 },
    });
    const file = new File(['x'], 'other.bin');
    await inspector.open(file);
    expect(asked).toEqual(['mini', file]);
    inspector.close();
    expect(inspector.look.kind).toBe('closed');
  });

  test('says why a file cannot be read', async () => {
    const inspector = new FileInspector(
      engine({
        inspect: async function* () {
          throw new DrobeError('file-is-html');
        },
      }),
    );
    await inspector.open(new File([], 'page.safetensors'));
    expect(inspector.look).toMatchObject({
      kind: 'failed',
      file: 'page.safetensors',
      error: { code: 'file-is-html' },
    });
  });

  test('shows the last file it was pointed at, whichever is read first', async () => {
    const { opened, open } = gate();
    const inspector = new FileInspector(
      engine({
        inspect: async function* (_, what) {
          if (what === 'slow') await opened;
          return inspection(what === 'slow' ? 1 : 2);
        },
      }),
    );
    const slow = inspector.open({ id: 'slow', file: 'slow' });
    await inspector.open({ id: 'quick', file: 'quick' });
    open();
    await slow;
    expect(inspector.look).toMatchObject({ kind: 'ready', file: 'quick', inspection: { bytes: 2 } });
  });

  test('closed while it reads stays closed', async () => {
    const inspector = new FileInspector(
      engine({
        inspect: async function* (signal) {
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
          throw new Error('never');
        },
      }),
    );
    const at = inspector.open(miniature);
    await turn();
    inspector.close();
    await at;
    expect(inspector.look.kind).toBe('closed');
  });
});
