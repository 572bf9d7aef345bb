/**
 * Sound files that Drobė does not run, told by what is in them and never by their names. What a person reads about each
 * of them stands in `strangers.ts` of each language in `ui/words`.
 */
import { isLora } from '../names/lora-parts';
import { unwrapped } from '../names/places';
import { adapters, loras, modulesOf } from './additions';
import { models } from './models';
import { parts } from './parts';
import type { NumericKind } from './numbers';
import { finder, type Find, type Role, type Row, type Tensors } from './signs';

type Rows = typeof adapters | typeof loras | typeof models | typeof parts;

/** A kind of model or net that is known, and not run. What may be one file of several of a whole one no row tells. */
export type Kind = Rows[number]['kind'] | NumericKind | 'vae-encoder' | 'piece';

export interface Stranger {
  readonly kind: Kind;
  /** Where it is not the model itself. */
  readonly as: Role | null;
  /** Whether it is a model that draws, or the net that does so in one; others may lie beside a model and are no matter. */
  readonly draws: boolean;
}

type KnownRow = Row & { readonly kind: Kind };

/** A UNet that might be ours: with one in the file, what else is in it is beside the point. */
const UNET = 'output_blocks.#.0.in_layers|up_blocks.#.resnets.#.time_emb_proj';
/** Of an IP-Adapter that was saved together with the UNet that it was trained on, which others have already. */
const IN_TRAINING = '^image_proj_model';
/** The same of an MMDiT, which ControlNets are copies of. */
const MMDIT = 'joint_blocks.#.x_block|transformer_blocks.#.norm1_context';

/** Told once for each file's tensors: it is asked wherever a file is told apart. */
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

/** What a file is, if it is none that is run here. */
export function strangerIn(tensors: Tensors): Stranger | null {
  const row = rowFor(tensors);
  if (!row) return null;
  return { kind: row.kind, as: row.as ?? null, draws: models.some((model) => model === row) };
}
