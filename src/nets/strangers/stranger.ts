/**
 * Sound files that Drobė does not run, recognised by their contents, never by their file names. The words for each are in
 * `strangers.ts` of each language in `ui/words`.
 */
import { isLora } from '../names/lora-parts';
import { unwrapped } from '../names/places';
import { adapters, loras, modulesOf } from './additions';
import { models } from './models';
import { parts } from './parts';
import type { NumericKind } from './numbers';
import { finder, type Find, type Role, type Row, type Tensors } from './signs';

type Rows = typeof adapters | typeof loras | typeof models | typeof parts;

/** A kind of model or net that is known, but not run. 'piece', perhaps one of several files of a net, has no row. */
export type Kind = Rows[number]['kind'] | NumericKind | 'vae-encoder' | 'piece';

export interface Stranger {
  readonly kind: Kind;
  /** Its role, if it is not the model itself. */
  readonly as: Role | null;
  /** Whether it is a model that draws, or the net that draws in one; any other may lie beside a model and does not matter. */
  readonly draws: boolean;
}

type KnownRow = Row & { readonly kind: Kind };

/** A UNet that may be run here: in a file with one, everything else is beside the point. */
const UNET = 'output_blocks.#.0.in_layers|up_blocks.#.resnets.#.time_emb_proj';
/** An IP-Adapter saved together with the UNet of its training, which is of no interest. */
const IN_TRAINING = '^image_proj_model';
/** The same for an MMDiT, of which ControlNets are copies. */
const MMDIT = 'joint_blocks.#.x_block|transformer_blocks.#.norm1_context';

/** Found once for each file's tensors, as many callers ask. */
const known = new WeakMap<Tensors, KnownRow | null>();

/** The first row that fits. */
export function rowFor(tensors: Tensors): KnownRow | null {
  const before = known.get(tensors);
  if (before !== undefined) return before;
  const row = firstRow(tensors);
  known.set(tensors, row);
  return row;
}

function firstRow(tensors: Tensors): KnownRow | null {
  const names = [...tensors.keys()].map(unwrapped);
  const has = finder(names);
  const first = (rows: readonly KnownRow[], among: Find = has): KnownRow | null =>
    rows.find(
      ({ all, none = [], when }) => all.every(among) && !none.some(among) && (when?.(tensors) ?? true),
    ) ?? null;
  const alone = !has(UNET);
  const adapter = alone || has(IN_TRAINING) ? first(adapters) : null;
  if (adapter) return adapter;
  if (isLora(names) && alone) return first(loras, finder(modulesOf(names), '[._]'));
  return first(models) ?? (alone && !has(MMDIT) ? first(parts) : null);
}

/** The kind of a file that is not run here; null for any other. */
export function strangerIn(tensors: Tensors): Stranger | null {
  const row = rowFor(tensors);
  if (!row) return null;
  return { kind: row.kind, as: row.as ?? null, draws: models.some((model) => model === row) };
}
