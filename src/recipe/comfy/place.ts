/** What takes the place of a node that comes apart into several. */
import { isLink, type Graph, type GraphNode, type Link } from './graph';

/** Inputs by name. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What takes a node's place. */
export interface Place {
  /** Types and inputs, by names that count within this node. */
  readonly nodes: Readonly<Record<string, readonly [type: string, inputs: Inputs]>>;
  /** Which of them stands behind each output. */
  readonly outputs: readonly string[];
  /** Other nodes that are in it. */
  readonly within?: readonly (GraphNode | undefined)[];
}

export type Way = (node: GraphNode, graph: Graph) => Place | null;

/** A link to another node of the same place. */
export const own = (node: string): Link => ({ node, slot: -1 });

export const linked = (graph: Graph, node: GraphNode, name: string): GraphNode | undefined => {
  const link = node.inputs.get(name);
  return isLink(link) ? graph.get(link.node) : undefined;
};

export const isOwn = (value: unknown): value is Link => isLink(value) && value.slot === -1;
