/**
 * A ComfyUI workflow in either of its forms: the "prompt" that the server runs (API format), or the "workflow" that the page
 * saves.
 */
import { isList, isObject } from '../../objects';
import type { Graph, GraphNode, Link } from './graph';
import { pageGraph } from './page';

/** The most nodes of a workflow that is read: more than anyone draws. */
const MOST_NODES = 5000;

/**
 * The graph of a workflow.
 * @param json parsed, of either form.
 * @returns null for anything else, and for more than MOST_NODES nodes.
 */
export function graphOf(json: unknown): Graph | null {
  if (!isObject(json)) return null;
  const own = nodesIn(json);
  const graph = own.size === 0 && isObject(json.prompt) ? nodesIn(json.prompt) : own; // the body of a request to run it
  return graph.size === 0 || graph.size > MOST_NODES ? null : graph;
}

const nodesIn = (json: Readonly<Record<string, unknown>>): Graph =>
  Array.isArray(json.nodes) ? pageGraph(json, MOST_NODES) : runGraph(json);

/** The API format: `{"3": {"class_type": "KSampler", "inputs": {"seed": 5, "model": ["4", 0]}}}` */
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
  if (!isList(value) || value.length !== 2) return null;
  const [node, slot] = value;
  const isId = typeof node === 'string' || typeof node === 'number';
  return isId && typeof slot === 'number' ? { node: String(node), slot } : null;
}
