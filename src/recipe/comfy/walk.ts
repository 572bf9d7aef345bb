/** A way through the nodes of a workflow, that remembers where it came by, and what it did not understand. */
import { sourceOf, valueOf, type Graph, type GraphNode } from './graph';
import { isObject } from '../json';
import { stemOf, type Resource } from '../recipe';

/** Nothing of the picture depends on them. */
const beside = new Set(['PreviewImage', 'SaveImage', 'Note', 'MarkdownNote', 'Reroute', 'PrimitiveNode']);

export class Walk {
  readonly nodes: readonly GraphNode[];
  /** Files that were named on the way. */
  readonly resources: Resource[] = [];
  /** Names and values that have no meaning here. */
  readonly unknown: [string, string][] = [];
  /** What ComfyUI calls the family of the model, where that is none of ours. */
  foreign: string | undefined;
  readonly #graph: Graph;
  readonly #seen = new Set<string>();
  /** What `back` found, by the types that it looked for and the nodes that it passed. */
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

  /** Names the nodes that were not come by. */
  tellOthers(): void {
    for (const { id, type } of this.nodes)
      if (!this.#seen.has(id) && !beside.has(type)) this.doNotKnow('Node', type);
  }

  /** What this input comes from. */
  to(node: GraphNode, name: string): GraphNode | undefined {
    const source = sourceOf(this.#graph, node, name)?.node;
    if (source) this.see(source);
    return source;
  }

  /** A node, and from there what comes before by the first of these inputs that each has. */
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

  /** The first node of these types on the way back along pictures and latents. No way is gone twice. */
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
    const held = isObject(value) ? value.content : value; // files with a picture of theirs, of one pack
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
