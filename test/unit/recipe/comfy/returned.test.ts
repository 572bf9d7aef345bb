import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readComfy } from '../../../../src/recipe/comfy/read';
import { writeComfy } from '../../../../src/recipe/comfy/write';
import { parseExact } from '../../../../src/recipe/json';
import type { Recipe } from '../../../../src/recipe/recipe';
import { hundreds } from '../random';
import { own } from './own';
import type { Page } from './workflow';

it('hundreds of recipes are read from their workflows as they were written, in both forms', () => {
  fc.assert(
    fc.property(own, (recipe) => {
      const { workflow, prompt: run } = writeComfy(recipe);
      expect(readComfy(run)).toEqual(recipe);
      expect(readComfy(workflow)).toEqual(recipe);
    }),
    hundreds,
  );
});

/** A page with some of its nodes in a subgraph. @param told whether their fields stand outside, and in which form. */
function wrapped(page: Page, inside: ReadonlySet<number>, told: 'not' | 'proxies' | 'inputs'): object {
  const link = ([id, origin_id, origin_slot, target_id, target_slot, type]: Page['links'][number]) => ({
    ...{ id, origin_id, origin_slot, target_id, target_slot, type },
  });
  const within = page.links.filter(([, from, , to]) => inside.has(from) && inside.has(to));
  const coming = page.links.filter(([, from, , to]) => !inside.has(from) && inside.has(to));
  const leaving = page.links.filter(([, from, , to]) => inside.has(from) && !inside.has(to));
  const inner = page.nodes.filter(({ id }) => inside.has(id));
  const seeds = told === 'not' ? [] : inner.filter(({ type }) => type === 'KSampler');
  const given = seeds.map(({ widgets_values }) => widgets_values[0]);
  const isInput = told === 'inputs';
  const emptied = inner.map((node) => ({
    ...node,
    ...(seeds.includes(node) && { widgets_values: [0, ...node.widgets_values.slice(1)] }),
    inputs: [
      ...node.inputs,
      ...(isInput && seeds.includes(node) ? [{ name: 'seed', type: 'INT', link: 90_000 + node.id }] : []),
    ],
  }));
  const named = (i: number): string => `seed_${i}`;
  const definition = {
    id: 'a-b-c',
    nodes: emptied,
    inputs: [
      ...coming.map((_, i) => ({ name: `in_${i}` })),
      ...(isInput ? seeds.map((_, i) => ({ name: named(i) })) : []),
    ],
    outputs: leaving.map((_, i) => ({ name: `out_${i}` })),
    links: [
      ...within.map(link),
      ...coming.map(([id, , , to, slot, type], i) => link([id, -10, i, to, slot, type])),
      ...leaving.map(([id, from, slot, , , type], i) => link([id, from, slot, -20, i, type])),
      ...(isInput ? seeds.map(({ id }, i) => link([90_000 + id, -10, coming.length + i, id, 9, 'INT'])) : []),
    ],
  };
  const instance = {
    id: 5000,
    type: 'a-b-c',
    inputs: [
      ...coming.map(([id], i) => ({ name: `in_${i}`, link: id })),
      ...(isInput ? seeds.map((_, i) => ({ name: named(i), link: null, widget: { name: named(i) } })) : []),
    ],
    properties: told === 'proxies' ? { proxyWidgets: seeds.map(({ id }) => [String(id), 'seed']) } : {},
    widgets_values: given,
  };
  return {
    nodes: [...page.nodes.filter(({ id }) => !inside.has(id)), instance],
    links: [
      ...page.links.filter(([, from, , to]) => !inside.has(from) && !inside.has(to)),
      ...coming.map(([id, from, slot, , , type], i) => [id, from, slot, 5000, i, type]),
      ...leaving.map(([id, , , to, slot, type], i) => [id, 5000, i, to, slot, type]),
    ],
    definitions: { subgraphs: [definition] },
  };
}

it('whatever of a workflow is in a subgraph, it says the same', () => {
  const asJson = (value: object): string =>
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  fc.assert(
    fc.property(
      own,
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      fc.constantFrom('not', 'proxies', 'inputs'),
      (recipe, picks, told) => {
        const page = parseExact(writeComfy(recipe).workflow) as Page;
        const inside = new Set(page.nodes.map(({ id }) => id).filter((_, i) => picks[i]));
        const found = readComfy(asJson(wrapped(page, inside, told)));
        const sorted = (of: Recipe | null) => of && { ...of, resources: new Set(of.resources) };
        expect(sorted(found)).toEqual(sorted(recipe));
      },
    ),
    hundreds,
  );
});

it('subgraphs that hold themselves, or each two of the next, end', () => {
  const node = (id: number, type: string) => ({ id, type, inputs: [] });
  const subgraph = (id: string, ...nodes: object[]) => ({ id, nodes, links: [], inputs: [], outputs: [] });
  const self = {
    nodes: [node(1, 's')],
    links: [],
    definitions: { subgraphs: [subgraph('s', node(1, 's'))] },
  };
  expect(readComfy(JSON.stringify(self))).toBeNull();
  const all = Array.from({ length: 30 }, (_, i) =>
    subgraph(`s${i}`, node(1, `s${i + 1}`), node(2, `s${i + 1}`), node(3, 'KSampler')),
  );
  const many = { nodes: [node(1, 's0')], links: [], definitions: { subgraphs: all } };
  expect(readComfy(JSON.stringify(many))).toBeNull();
});
