/** ComfyUI's nodes as they hang together. */
import { isObject } from '../json';

/** An output of a node. */
export interface Link {
  readonly node: string;
  readonly slot: number;
}

export interface GraphNode {
  readonly id: string;
  readonly type: string;
  /** Fields, and what is linked, by name. */
  readonly inputs: ReadonlyMap<string, unknown>;
}

export type Graph = ReadonlyMap<string, GraphNode>;

export const isLink = (value: unknown): value is Link =>
  isObject(value) && 'node' in value && 'slot' in value;

/** Pass on what they get. */
const passing = new Set(['Reroute', 'Reroute (rgthree)']);
/** Where other nodes keep a value that is linked to. */
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

/** In letters: of texts that are put together again and again there would be no end. */
const LONGEST_JOINED = 100_000;

/** Nodes that are looked at for one value: more than anyone puts a text together of. */
const MOST_SOURCES = 1000;

/**
 * A field's value, followed to the node that holds it, or to those whose texts are put together; undefined where that cannot
 * be told.
 * @param onsource told of each node on the way that is known to give what it holds; of others that is a guess.
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

/** @param on gives the value of an input. */
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

/** The node at the other end of a link, behind all that only pass on. */
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
