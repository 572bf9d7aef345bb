/** ComfyUI's nodes, and the links between them. */

import { isObject } from '../../objects';

/** An output of a node. */
export interface Link {
  readonly node: string;
  readonly slot: number;
}

/** A node of a workflow. */
export interface GraphNode {
  readonly id: string;
  readonly type: string;
  /** Values of fields, and links, by name. */
  readonly inputs: ReadonlyMap<string, unknown>;
}

/** A workflow: its nodes by their ids. */
export type Graph = ReadonlyMap<string, GraphNode>;

export const isLink = (value: unknown): value is Link =>
  isObject(value) && 'node' in value && 'slot' in value;

/** Types of nodes that only pass on their input. */
const passing = new Set(['Reroute', 'Reroute (rgthree)']);
/** Names of the inputs in which other nodes hold the value that they output. */
const VALUES = [
  ...['value', 'populated_text', 'text', 'string', 'prompt', 'seed', 'int', 'float', 'number'],
  ...['Text', 'String', 'positive', 'negative'],
];

const JOINS = /concat|join/i;
const isHolder = (type: string): boolean =>
  passing.has(type) ||
  JOINS.test(type) ||
  /^(?:Primitive.*|Seed \(rgthree\)|ImpactWildcardProcessor|easy (?:positive|negative|seed|wildcards|string))$/.test(
    type,
  );

/** Longest joined text, in UTF-16 code units: nodes that join texts over and over could make one of any length. */
const LONGEST_JOINED = 100_000;

/** The most nodes that are visited for one value: more than anyone joins a text from. */
const MOST_SOURCES = 1000;

/**
 * A field's value; where it is linked, the value of the node that holds it, or the joined texts of several.
 * @param onsource called with each node on the way whose type is known to output the value that it holds; for others that is a
 * guess.
 * @returns undefined where the value cannot be found.
 */
export function valueOf(
  graph: Graph,
  node: GraphNode,
  name: string,
  onsource: (node: GraphNode) => void = () => {},
): unknown {
  const before = new Set<GraphNode>();
  let left = MOST_SOURCES;
  const at = (holder: GraphNode, key: string): unknown => {
    const value = holder.inputs.get(key);
    const source = isLink(value) ? graph.get(value.node) : undefined;
    if (!source) return isLink(value) ? undefined : value;
    if (before.has(source) || --left < 0) return undefined;
    if (isHolder(source.type)) onsource(source);
    before.add(source);
    const found = heldBy(source, (inside) => at(source, inside));
    before.delete(source);
    return found;
  };
  return at(node, name);
}

/**
 * The value that a node outputs.
 * @param on gives the value of an input.
 */
function heldBy({ type, inputs }: GraphNode, on: (key: string) => unknown): unknown {
  const keys = [...inputs.keys()];
  if (JOINS.test(type)) {
    const parts = keys.filter((key) => /^(?:text|string)_?[a-z\d]$/.test(key)).map(on);
    const between = ['delimiter', 'separator'].map(on).find((found) => typeof found === 'string');
    const texts = parts.filter((part) => typeof part === 'string' && part !== '');
    return texts.join(between ?? '').slice(0, LONGEST_JOINED);
  }
  const held = passing.has(type)
    ? keys.find((key) => isLink(inputs.get(key)))
    : VALUES.find((key) => inputs.get(key) !== undefined);
  return held === undefined ? undefined : on(held);
}

/**
 * The node that an input is linked to, past all nodes that only pass on, and the slot of its output; null where there is none.
 */
export function sourceOf(
  graph: Graph,
  node: GraphNode,
  name: string,
): { node: GraphNode; slot: number } | null {
  let link = node.inputs.get(name);
  for (let steps = 0; isLink(link) && steps <= graph.size; steps++) {
    const source = graph.get(link.node);
    if (!source) return null;
    if (!passing.has(source.type)) return { node: source, slot: link.slot };
    link = [...source.inputs.values()].find(isLink);
  }
  return null;
}
