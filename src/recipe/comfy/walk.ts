import { isObject } from '../../objects';
import { isLink, sourceOf, valueOf, type Graph, type GraphNode } from './graph';
import { isNodeType } from './nodes';
import { stemOf, type Resource } from '../recipe';

/** Types of nodes that do not change the picture. */
const beside = new Set(['PreviewImage', 'SaveImage', 'Note', 'MarkdownNote', 'Reroute', 'PrimitiveNode']);

/** Walks through the nodes of a workflow, and remembers which were visited and what was not understood. */
export class Walk {
  readonly nodes: readonly GraphNode[];
  /** Files that were named by nodes on the way. */
  readonly resources: Resource[] = [];
  /** Names and values that are not understood. */
  readonly unknown: [string, string][] = [];
  /** ComfyUI's name for the model's family, where it is not supported here. */
  foreign: string | undefined;
  readonly #graph: Graph;
  readonly #seen = new Set<string>();
  /** Results of `back`, by the types it looked for and the ids of the nodes it passed. */
  readonly #found = new Map<ReadonlySet<string>, Map<string, GraphNode | null>>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.nodes = [...graph.values()];
  }

  see({ id }: GraphNode): void {
    this.#seen.add(id);
  }

  doNotKnow(name: string, value: string): void {
    if (!this.unknown.some(([key, said]) => key === name && said === value)) this.unknown.push([name, value]);
  }

  /** Reports the nodes that were not visited, unless they are known and lead nowhere. */
  tellOthers(): void {
    const used = this.#used();
    for (const { id, type } of this.nodes)
      if (!this.#seen.has(id) && used.has(id) && !beside.has(type)) this.doNotKnow('Node', type);
  }

  /** Ids of the nodes that something can come of: visited ones, those that show or save pictures, unknown ones, and all before these. */
  #used(): ReadonlySet<string> {
    const used = new Set<string>();
    const ends = this.nodes.filter(
      ({ id, type }) => this.#seen.has(id) || beside.has(type) || !isNodeType(type),
    );
    for (let node = ends.pop(); node; node = ends.pop()) {
      if (used.has(node.id)) continue;
      used.add(node.id);
      for (const value of node.inputs.values()) {
        const source = isLink(value) ? this.#graph.get(value.node) : undefined;
        if (source) ends.push(source);
      }
    }
    return used;
  }

  /** Whether the node was visited. */
  saw({ id }: GraphNode): boolean {
    return this.#seen.has(id);
  }

  /** The node that an input is linked to. */
  to(node: GraphNode, name: string): GraphNode | undefined {
    const source = sourceOf(this.#graph, node, name)?.node;
    if (source) this.see(source);
    return source;
  }

  /** A node, then the nodes before it, each through the first of these inputs that is linked. */
  *along(from: GraphNode | undefined, ...names: readonly string[]): Generator<GraphNode> {
    let node = from;
    for (let steps = 0; node && steps < this.nodes.length; steps++) {
      yield node;
      node = this.#before(node, names);
    }
  }

  #before(node: GraphNode, names: readonly string[]): GraphNode | undefined {
    return names.map((name) => this.to(node, name)).find((source) => source !== undefined);
  }

  /**
   * The first node of these types on the way back along images and latents; null where there is none. No path is walked twice.
   */
  back(from: GraphNode | undefined, types: ReadonlySet<string>): GraphNode | null {
    const known = this.#found.get(types) ?? new Map<string, GraphNode | null>();
    this.#found.set(types, known);
    const passed: string[] = [];
    let found: GraphNode | null = null;
    for (const node of this.along(from, 'samples', 'images', 'image', 'pixels', 'latent_image')) {
      found = types.has(node.type) ? node : (known.get(node.id) ?? null);
      if (found || known.has(node.id)) break;
      passed.push(node.id);
    }
    for (const id of passed) known.set(id, found);
    return found;
  }

  value(node: GraphNode, name: string): unknown {
    return valueOf(this.#graph, node, name, (source) => this.see(source));
  }

  text(node: GraphNode, name: string): string | undefined {
    const value = this.value(node, name);
    const held = isObject(value) ? value.content : value; // one pack's file fields have the name beside a preview
    return typeof held === 'string' ? held : undefined;
  }

  number(node: GraphNode, name: string): number | undefined {
    const value = Number(this.value(node, name) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  }

  file(kind: Resource['kind'], file: string): void {
    const name = stemOf(file);
    if (!this.resources.some((other) => other.kind === kind && other.name === name))
      this.resources.push({ kind, name });
  }
}
