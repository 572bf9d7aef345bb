/** ComfyUI's nodes as they hang together, from either of its forms: the "prompt" that runs, or the "workflow" of its page. */
import { AFTER_SEED, isNodeType, nodeKinds } from './nodes';
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

/** More than anyone draws. */
const MOST_NODES = 5000;

/** @param json parsed, of either form. Null for what is neither. */
export function graphOf(json: unknown): Graph | null {
  if (!isObject(json)) return null;
  const own = nodesIn(json);
  const graph = own.size === 0 && isObject(json.prompt) ? nodesIn(json.prompt) : own; // as it is posted to be run
  return graph.size === 0 || graph.size > MOST_NODES ? null : graph;
}

const nodesIn = (json: Readonly<Record<string, unknown>>): Graph =>
  Array.isArray(json.nodes) ? pageGraph(json.nodes, json.links) : runGraph(json);

/** `{"3": {"class_type": "KSampler", "inputs": {"seed": 5, "model": ["4", 0]}}}` */
function runGraph(json: Readonly<Record<string, unknown>>): Graph {
  const graph = new Map<string, GraphNode>();
  for (const [id, node] of Object.entries(json)) {
    if (!isObject(node) || typeof node.class_type !== 'string' || !isObject(node.inputs)) continue;
    const inputs = Object.entries(node.inputs).map(
      ([name, value]) => [name, linkIn(value) ?? value] as const,
    );
    graph.set(id, { id, type: node.class_type, inputs: new Map(inputs) });
  }
  return graph;
}

function linkIn(value: unknown): Link | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [node, slot] = value as unknown[];
  const isId = typeof node === 'string' || typeof node === 'number';
  return isId && typeof slot === 'number' ? { node: String(node), slot } : null;
}

const MUTED = 2;
const BYPASSED = 4;

/** Nodes with their links by number, and their fields in a row. Nodes that the person has switched off are not there. */
function pageGraph(nodes: readonly unknown[], rows: unknown): Graph {
  const links = new Map<number, Link>();
  for (const row of Array.isArray(rows) ? (rows as unknown[]) : []) {
    // [id, from, from slot, to, to slot, type], or the same by name.
    const [id, node, slot] = Array.isArray(row)
      ? (row as unknown[])
      : isObject(row)
        ? [row.id, row.origin_id, row.origin_slot]
        : [];
    if (typeof id === 'number' && typeof slot === 'number') links.set(id, { node: String(node), slot });
  }
  const graph = new Map<string, GraphNode>();
  for (const node of nodes) {
    if (!isObject(node) || typeof node.type !== 'string' || node.mode === MUTED) continue;
    const id = String(node.id);
    const linked = linkedIn(node.inputs, links);
    const type = node.mode === BYPASSED ? 'Reroute' : node.type;
    graph.set(id, { id, type, inputs: new Map([...fieldsOf(node), ...linked]) });
  }
  return graph;
}

function linkedIn(inputs: unknown, links: ReadonlyMap<number, Link>): [string, Link][] {
  return (Array.isArray(inputs) ? (inputs as unknown[]) : []).flatMap((input): [string, Link][] => {
    if (!isObject(input) || typeof input.name !== 'string' || typeof input.link !== 'number') return [];
    const link = links.get(input.link);
    return link ? [[input.name, link]] : [];
  });
}

/** By the names that we know, or that newer pages tell; of other nodes the first field, which a primitive's value is. */
function fieldsOf(node: Readonly<Record<string, unknown>>): [string, unknown][] {
  const values = node.widgets_values;
  if (isObject(values)) return Object.entries(values);
  if (!Array.isArray(values)) return [];
  const names = isNodeType(String(node.type))
    ? nodeKinds[node.type as keyof typeof nodeKinds].widgets
    : (namesOf(node.inputs, values.length) ?? ['value']);
  const loras = (values as unknown[]).filter((value) => isObject(value) && typeof value.lora === 'string');
  return [
    ...names.map((name, i): [string, unknown] => [name, (values as unknown[])[i]]),
    ...loras.map((lora, i): [string, unknown] => [`lora_${i + 1}`, lora]), // rgthree's, which have no names on the page
  ];
}

/** Names of a node's fields, as inputs that have a field tell them; null where they do not tell all of them. */
function namesOf(inputs: unknown, count: number): string[] | null {
  const told = (Array.isArray(inputs) ? (inputs as unknown[]) : []).flatMap((input) =>
    isObject(input) && isObject(input.widget) && typeof input.widget.name === 'string'
      ? [input.widget.name]
      : [],
  );
  const names = told.flatMap((name) => (/^(?:noise_)?seed$/.test(name) ? [name, AFTER_SEED] : [name]));
  return [told, names].find((list) => list.length === count) ?? null;
}

/** Pass on what they get. */
const passing = new Set(['Reroute', 'Reroute (rgthree)']);
/** Where other nodes keep a value that is linked to. */
const VALUES = [
  ...['value', 'populated_text', 'text', 'string', 'prompt', 'seed', 'int', 'float', 'number'],
  ...['Text', 'String'],
];

const JOINS = /concat|join/i;
const isHolder = (type: string): boolean =>
  passing.has(type) ||
  JOINS.test(type) ||
  /^(?:Primitive.*|Seed \(rgthree\)|ImpactWildcardProcessor)$/.test(type);

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
