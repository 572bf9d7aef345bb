import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeComfy } from '../../../../src/recipe/comfy/write';
import { parseExact } from '../../../../src/recipe/json';
import type { Recipe, RecipeSettings } from '../../../../src/recipe/recipe';
import { hundreds, recipes } from '../random';
import { definitions, type Input } from './definitions';
import type { Page, RunNode } from './workflow';

describe('a workflow of any recipe', () => {
  const check = (test: (recipe: Recipe) => void): void =>
    fc.assert(fc.property(recipes, test), { ...hundreds, numRuns: 100 });

  it('has the inputs that ComfyUI’s nodes have, of their kinds', () => {
    check((recipe) => {
      const nodes = parseExact(writeComfy(recipe).prompt) as Record<string, RunNode>;
      for (const { class_type, inputs } of Object.values(nodes)) {
        const definition = definitions[class_type]!;
        expect(definition, class_type).toBeDefined();
        expect(Object.keys(inputs).sort()).toEqual(Object.keys(definition.inputs).sort());
        for (const [input, value] of Object.entries(inputs)) {
          const kind = definition.inputs[input]!;
          expect(
            fits(kind, value, nodes),
            `${class_type}.${input}: ${String(value)} as ${String(kind)}`,
          ).toBe(true);
        }
      }
    });
  });

  it('is linked the same way on the page, and its fields stand in ComfyUI’s order', () => {
    check((recipe) => {
      const written = writeComfy(recipe);
      const nodes = parseExact(written.prompt) as Record<string, RunNode>;
      const page = parseExact(written.workflow) as Page;
      const links = new Map(page.links.map((link) => [link[0], link]));
      for (const node of page.nodes.filter(({ type }) => type !== 'Note')) {
        const run = nodes[node.id]!;
        expect(node.type).toBe(run.class_type);
        const { inputs, outputs } = definitions[node.type]!;
        expect(node.outputs.map(({ type }) => type)).toEqual(outputs);
        for (const { name: input, type, link } of node.inputs) {
          expect(type).toBe(inputs[input]);
          const [, from, slot, to, toSlot, kind] = links.get(link!)!;
          expect([String(from), slot]).toEqual(run.inputs[input]);
          expect([to, node.inputs[toSlot]!.name, kind]).toEqual([node.id, input, type]);
          expect(page.nodes.find(({ id }) => id === from)!.outputs[slot]!.links).toContain(link);
        }
        const fields = Object.keys(inputs).filter(
          (input) => !node.inputs.some((linked) => linked.name === input),
        );
        const values = fields.flatMap((field) => [
          run.inputs[field],
          ...(inputs[field] === 'SEED' ? ['fixed'] : []),
          ...(node.type === 'LoadImage' ? ['image'] : []),
        ]);
        expect(node.widgets_values).toEqual(values);
      }
    });
  });
});

function fits(kind: Input, value: unknown, nodes: Record<string, RunNode>): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  switch (kind) {
    case 'FILE':
    case 'STRING':
      return typeof value === 'string';
    case 'FLOAT':
      return typeof value === 'number';
    case 'INT':
      return Number.isInteger(value);
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'SEED':
      return /^\d+$/.test(String(value)) && BigInt(String(value)) < 2n ** 64n;
    default: {
      const [node, slot] = value as [string, number];
      return definitions[nodes[node]!.class_type]!.outputs[slot] === kind;
    }
  }
}

const base: Recipe = {
  tool: { name: 'Drobe' },
  settings: { prompt: 'a', like: 'ComfyUI' },
  resources: [],
  unknown: [],
};
const wordsOf = (settings: RecipeSettings, resources: Recipe['resources'] = []): unknown[] =>
  Object.values(parseExact(writeComfy({ ...base, settings, resources }).prompt) as Record<string, RunNode>)
    .filter(({ class_type }) => class_type === 'CLIPTextEncode')
    .map(({ inputs }) => inputs.text);

it('A1111’s weights become ComfyUI’s, of the same numbers, and BREAK another conditioning', () => {
  expect(wordsOf({ prompt: 'a ((b)) [c] (d:1.3) \\(e\\) BREAK f', negative: '' })).toEqual([
    'a (b:1.21) (c:0.909091) (d:1.3) \\(e\\)',
    'f',
    '',
  ]);
  expect(
    wordsOf({ prompt: '(a:1.2) ink', emphasis: 'ComfyUI' }, [{ kind: 'embedding', name: 'ink' }])[0],
  ).toBe('(a:1.2) embedding:ink');
});

it('what ComfyUI does otherwise is said in a note', () => {
  const { notes, workflow } = writeComfy({
    ...base,
    settings: { like: 'A1111', sampler: 'Restart', rng: 'NV' },
  });
  expect(notes.join(' ')).toMatch(/as A1111 does.*graphics card|no sampler Restart/);
  expect(workflow).toContain('"type":"Note"');
  expect(
    writeComfy({ ...base, settings: { prompt: 'a', like: 'ComfyUI', emphasis: 'ComfyUI' } }).notes,
  ).toEqual([]);
});
