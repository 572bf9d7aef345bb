/** How one node is replaced by several. */
import { isLink, type Graph, type GraphNode, type Link } from './graph';

/** Inputs by name. */
export type Inputs = Readonly<Record<string, unknown>>;

/** The nodes that replace a node. */
export interface Place {
  /** Types and inputs of the new nodes, by names that are unique within this place. */
  readonly nodes: Readonly<Record<string, readonly [type: string, inputs: Inputs]>>;
  /** For each output of the replaced node, the name of the new node that provides it. */
  readonly outputs: readonly string[];
  /** Other nodes of the graph that are replaced along with it. */
  readonly within?: readonly (GraphNode | undefined)[];
}

/** Turns a node of an extension into nodes of ComfyUI; null where it says too little for that. */
export type Way = (node: GraphNode, graph: Graph) => Place | null;

/** A link to another of the new nodes in the same place. */
export const own = (node: string): Link => ({ node, slot: -1 });

export const linked = (graph: Graph, node: GraphNode, name: string): GraphNode | undefined => {
  const link = node.inputs.get(name);
  return isLink(link) ? graph.get(link.node) : undefined;
};

export const isOwn = (value: unknown): value is Link => isLink(value) && value.slot === -1;
