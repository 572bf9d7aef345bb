/** ComfyUI's nodes as they hang together, from either of its forms: the "prompt" that runs, or the "workflow" of its page. */
import { isNodeType, nodeKinds } from './comfy-nodes';
import { isObject } from './json';

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
  const graph = Array.isArray(json.nodes) ? pageGraph(json.nodes, json.links) : runGraph(json);
  return graph.size === 0 || graph.size > MOST_NODES ? null : graph;
}

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

/** By the names that we know; of other nodes the first field, which a primitive's value is. */
function fieldsOf(node: Readonly<Record<string, unknown>>): [string, unknown][] {
  const values = node.widgets_values;
  if (isObject(values)) return Object.entries(values);
  if (!Array.isArray(values)) return [];
  const names = isNodeType(String(node.type))
    ? nodeKinds[node.type as keyof typeof nodeKinds].widgets
    : ['value'];
  return names.map((name, i) => [name, (values as unknown[])[i]]);
}

/** Pass on what they get. */
const passing = new Set(['Reroute', 'Reroute (rgthree)']);
/** Where other nodes keep a value that is linked to. */
const VALUES = ['value', 'text', 'string', 'seed', 'int', 'float', 'number'];

/** A field's value, followed to the node that holds it; undefined where that cannot be told. */
export function valueOf(graph: Graph, node: GraphNode, name: string): unknown {
  let value = node.inputs.get(name);
  for (let steps = 0; isLink(value) && steps < graph.size; steps++) {
    const source = graph.get(value.node);
    if (!source) return undefined;
    value = [...(passing.has(source.type) ? source.inputs.keys() : VALUES)]
      .map((key) => source.inputs.get(key))
      .find((found) => found !== undefined && (passing.has(source.type) ? isLink(found) : true));
  }
  return isLink(value) ? undefined : value;
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
