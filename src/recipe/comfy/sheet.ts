/** The nodes of a workflow while it is written, and the two forms in which ComfyUI reads them. */
import { AFTER_SEED, nodeKinds, type LinkType, type NodeKind, type NodeType } from './nodes';
import type { ComfyNotes } from './notes';
import { exactJson } from '../json';

/** An output of a node on the sheet. */
export interface Output {
  readonly node: number;
  readonly slot: number;
  readonly type: LinkType;
}

/** An output of each of these types. */
type OutputsOf<Types extends readonly LinkType[]> = { readonly [I in keyof Types]: Output };

export type Field = string | number | bigint | boolean;

interface Laid {
  readonly id: number;
  readonly type: NodeType;
  readonly column: number;
  readonly links: Readonly<Record<string, Output>>;
  readonly fields: Readonly<Record<string, Field>>;
}

/** The nodes of a workflow, and the sentences of its note. */
export class Sheet {
  readonly nodes: Laid[] = [];
  readonly notes: string[] = [];
  /** The sentences to choose from, in the user's language. */
  readonly say: ComfyNotes;

  constructor(say: ComfyNotes) {
    this.say = say;
  }

  /** Adds a node in a column of the page, and returns its outputs. */
  add<Type extends NodeType>(
    type: Type,
    column: number,
    links: Laid['links'],
    fields: Laid['fields'] = {},
  ): OutputsOf<(typeof nodeKinds)[Type]['outputs']> {
    const id = this.nodes.length + 1;
    this.nodes.push({ id, type, column, links, fields });
    const outputs: readonly LinkType[] = nodeKinds[type].outputs;
    return outputs.map((out, slot): Output => ({ node: id, slot, type: out })) as OutputsOf<
      (typeof nodeKinds)[Type]['outputs']
    >; // one for each
  }

  note(sentence: string): void {
    if (!this.notes.includes(sentence)) this.notes.push(sentence);
  }
}

/** The API format: `{"1": {"class_type": …, "inputs": …}}` */
export function runForm({ nodes }: Sheet): object {
  return Object.fromEntries(
    nodes.map(({ id, type, links, fields }) => {
      const linked = Object.entries(links).map(
        ([name, { node, slot }]) => [name, [String(node), slot]] as const,
      );
      // Only the page has these two.
      const own = Object.entries(fields).filter(([name]) => name !== AFTER_SEED && name !== 'upload');
      const inputs: Record<string, unknown> = { ...Object.fromEntries(own), ...Object.fromEntries(linked) };
      return [String(id), { class_type: type, inputs }];
    }),
  );
}

const COLUMN = 400;
const GAP = 40;
const heightOf = ({ inputs, widgets, outputs }: NodeKind, type: string): number =>
  (type === 'CLIPTextEncode' ? 160 : 40) +
  26 * (Math.max(Object.keys(inputs).length, outputs.length) + widgets.length);

/** The form that the page saves, as JSON: with positions, and links by number. */
export function pageForm({ nodes, notes }: Sheet): string {
  const links: [number, number, number, number, number, LinkType][] = [];
  const bottoms: number[] = [];
  const placed = nodes.map(({ id, type, column, links: linked, fields }, order) => {
    const kind: NodeKind = nodeKinds[type];
    const height = heightOf(kind, type);
    const top = bottoms[column] ?? 0;
    bottoms[column] = top + height + GAP;
    const inputs = Object.entries(kind.inputs).map(([name, input], slot) => {
      const from = linked[name];
      if (from) links.push([links.length + 1, from.node, from.slot, id, slot, input]);
      return { name, type: input, link: from ? links.length : null };
    });
    return {
      id,
      type,
      pos: [column * COLUMN, top],
      size: [COLUMN - GAP, height],
      flags: {},
      order,
      mode: 0,
      inputs,
      outputs: kind.outputs.map((out, slot) => {
        const links: number[] = [];
        return { name: out, type: out, slot_index: slot, links };
      }),
      properties: { 'Node name for S&R': type },
      widgets_values: kind.widgets.map((name) => fields[name] ?? null),
    };
  });
  for (const [link, from, slot] of links) placed[from - 1]!.outputs[slot]!.links.push(link); // nodes count from 1
  const note = notes.length === 0 ? [] : [noteNode(placed.length + 1, notes)];
  return exactJson({
    last_node_id: placed.length + note.length,
    last_link_id: links.length,
    nodes: [...placed, ...note],
    links,
    groups: [],
    config: {},
    extra: {},
    version: 0.4,
  });
}

const noteNode = (id: number, notes: readonly string[]): object => ({
  id,
  type: 'Note',
  pos: [0, -260],
  size: [2 * COLUMN - GAP, 200],
  flags: {},
  order: id - 1,
  mode: 0,
  inputs: [],
  outputs: [],
  properties: {},
  widgets_values: [notes.join('\n')],
});
