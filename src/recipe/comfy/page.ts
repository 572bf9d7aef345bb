/**
 * The nodes of a workflow as ComfyUI's page saves it: with numbered links, fields as a list, and subgraphs. A subgraph is
 * expanded in place, with the ids that ComfyUI gives its nodes when it runs them: "12:5".
 */
import { isList, itemsOf, isObject } from '../../objects';
import { AFTER_SEED, isNodeType, nodeKinds } from './nodes';
import type { GraphNode, Link } from './graph';

type Json = Readonly<Record<string, unknown>>;

const MUTED = 2;
const BYPASSED = 4;

/** Stand-ins for nodes in a subgraph's links: its inputs' links come from INSIDE, and its outputs' links go to OUTSIDE. */
const INSIDE = -10;
const OUTSIDE = -20;

/** The deepest nesting of subgraphs that is expanded: deeper than anyone nests them. */
const MOST_NESTED = 20;

/** A subgraph's node on the page, and the subgraph's definition. */
interface Instance {
  readonly node: Json;
  readonly definition: Json;
}

/**
 * The graph of a page, without muted nodes and with bypassed ones as Reroute.
 * @param most expansion stops soon after there are more nodes than this.
 */
export function pageGraph(page: Json, most: number): Map<string, GraphNode> {
  const graph = new Map<string, GraphNode>();
  const definitions = definitionsIn(page);

  /**
   * @param at prefix of the nodes' ids.
   * @param told values that the subgraph's node outside gives to fields inside, by node.
   */
  function lay(nodes: readonly unknown[], rows: unknown, at: string, told: Told, depth: number): void {
    const here = nodes.filter((node): node is Json => isObject(node) && node.mode !== MUTED);
    const instances = new Map<string, Instance>();
    for (const node of here) {
      const definition = definitions.get(idOf(node.type));
      if (definition && node.mode !== BYPASSED && depth < MOST_NESTED)
        instances.set(idOf(node.id), { node, definition });
    }
    const links = linksIn(rows, at, instances);
    for (const [slot, link] of links.leaving) add(`${at}out${slot}`, 'Reroute', [['value', link]]);
    for (const node of here) {
      if (graph.size > most) return;
      if (typeof node.type !== 'string') continue;
      const id = at + idOf(node.id);
      const instance = instances.get(idOf(node.id));
      if (instance) enter(instance, id, linkedIn(node.inputs, links.within), depth);
      else {
        const linked = linkedIn(node.inputs, links.within).filter(([, { node: from }]) => isThere(from));
        const type = node.mode === BYPASSED ? 'Reroute' : node.type;
        add(id, type, [...fieldsOf(node), ...(told.get(idOf(node.id)) ?? []), ...linked]);
      }
    }
  }

  /** Expands a subgraph. Its inputs are added before its nodes, which look them up with `isThere`. */
  function enter({ node, definition }: Instance, id: string, linked: [string, Link][], depth: number): void {
    const { own, within } = promotedBy(node);
    const names = itemsOf(definition.inputs).map((input) => (isObject(input) ? idOf(input.name) : ''));
    for (const [slot, name] of names.entries()) {
      const link = linked.find(([other]) => other === name)?.[1];
      if (link && isThere(link.node)) add(`${id}:in${slot}`, 'Reroute', [['value', link]]);
      else if (own.has(name)) add(`${id}:in${slot}`, 'PrimitiveNode', [['value', own.get(name)]]);
    }
    lay(itemsOf(definition.nodes), definition.links, `${id}:`, within, depth + 1);
  }

  /** Whether a link comes from anywhere: a subgraph's input may have neither a link nor a value. */
  const isThere = (id: string): boolean => !/(?:^|:)in\d+$/.test(id) || graph.has(id);

  function add(id: string, type: string, inputs: readonly (readonly [string, unknown])[]): void {
    graph.set(id, { id, type, inputs: new Map(inputs) });
  }

  lay(itemsOf(page.nodes), page.links, '', new Map(), 0);
  return graph;
}

/** An id or a name as a string; empty for anything else. */
const idOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function definitionsIn({ definitions }: Json): ReadonlyMap<string, Json> {
  const all = isObject(definitions) ? itemsOf(definitions.subgraphs) : [];
  return new Map(
    all.flatMap((one) => (isObject(one) && typeof one.id === 'string' ? [[one.id, one] as const] : [])),
  );
}

/** Links by number, and those that leave a subgraph by the slot of its output. */
function linksIn(
  rows: unknown,
  at: string,
  instances: ReadonlyMap<string, Instance>,
): { within: ReadonlyMap<number, Link>; leaving: ReadonlyMap<number, Link> } {
  const within = new Map<number, Link>();
  const leaving = new Map<number, Link>();
  for (const row of itemsOf(rows)) {
    // [id, origin, origin slot, target, target slot, type], or an object with the same.
    const [id, node, slot, target, place] = isList(row)
      ? row
      : isObject(row)
        ? [row.id, row.origin_id, row.origin_slot, row.target_id, row.target_slot]
        : [];
    if (typeof id !== 'number' || typeof slot !== 'number') continue;
    const from = idOf(node);
    const link =
      node === INSIDE
        ? { node: `${at}in${slot}`, slot: 0 }
        : instances.has(from)
          ? { node: `${at}${from}:out${slot}`, slot: 0 }
          : { node: at + from, slot };
    within.set(id, link);
    if (target === OUTSIDE && typeof place === 'number') leaving.set(place, link);
  }
  return { within, leaving };
}

function linkedIn(inputs: unknown, links: ReadonlyMap<number, Link>): [string, Link][] {
  return itemsOf(inputs).flatMap((input): [string, Link][] => {
    if (!isObject(input) || typeof input.name !== 'string' || typeof input.link !== 'number') return [];
    const link = links.get(input.link);
    return link ? [[input.name, link]] : [];
  });
}

/** Names and values of fields, by the id of the node in a subgraph that has them. */
type Told = ReadonlyMap<string, readonly (readonly [name: string, value: unknown])[]>;

/**
 * The fields that a subgraph's node shows: those of its inputs by name, and those of nodes inside it. Pages list them as
 * `proxyWidgets`, [node, name], with node -1 for an input; later versions as inputs with a `widget`.
 */
function promotedBy({ inputs, properties, widgets_values: values }: Json): {
  own: ReadonlyMap<string, unknown>;
  within: Told;
} {
  const own = new Map<string, unknown>();
  const within = new Map<string, (readonly [string, unknown])[]>();
  if (isObject(values)) return { own: new Map(Object.entries(values)), within };
  const proxies = itemsOf(isObject(properties) ? properties.proxyWidgets : null);
  const fields = itemsOf(inputs).flatMap((input) =>
    isObject(input) && isObject(input.widget) ? [['-1', idOf(input.name)]] : [],
  );
  const told = itemsOf(values);
  // Values are matched only with a list of the same length.
  const places = [proxies, fields].find((list) => list.length === told.length) ?? [];
  for (const [i, place] of places.entries()) {
    const [node, name] = itemsOf(place).map(idOf);
    if (node === undefined || name === undefined) continue;
    if (node === '-1') own.set(name, told[i]);
    else within.set(node, [...(within.get(node) ?? []), [name, told[i]]]);
  }
  return { own, within };
}

/**
 * A node's fields: under the names of its type, where that is known, or those that newer pages list; of any other node only the
 * first, as "value", which is where a primitive has its own.
 */
function fieldsOf(node: Json): [string, unknown][] {
  const values = node.widgets_values;
  if (isObject(values)) return Object.entries(values);
  if (!isList(values)) return [];
  const type = idOf(node.type);
  const names = isNodeType(type)
    ? nodeKinds[type].widgets
    : (namesOf(node.inputs, values.length) ?? ['value']);
  const loras = values.filter((value) => isObject(value) && typeof value.lora === 'string');
  return [
    ...names.map((name, i): [string, unknown] => [name, values[i]]),
    ...loras.map((lora, i): [string, unknown] => [`lora_${i + 1}`, lora]), // rgthree's LoRAs have no names on the page
  ];
}

/** Names of a node's fields, from its inputs with a `widget`; null where they are not as many as its values. */
function namesOf(inputs: unknown, count: number): string[] | null {
  const told = itemsOf(inputs).flatMap((input) =>
    isObject(input) && isObject(input.widget) && typeof input.widget.name === 'string'
      ? [input.widget.name]
      : [],
  );
  const names = told.flatMap((name) => (/^(?:noise_)?seed$/.test(name) ? [name, AFTER_SEED] : [name]));
  return [told, names].find((list) => list.length === count) ?? null;
}
