/** A picture that is part of the prompt, the IP-Adapter that tells the UNet of it, and how far it is followed. */
import type { ImageEncoderFacts, IpAdapterFacts, Job, ModelEntry, Pixels } from '../../engine/api';
import type { RecipeControl } from '../../recipe/control';
import { shortHash } from '../../recipe/hashes';
import { stemOf } from '../../recipe/recipe';
import type { Original } from '../files/picture';
import { isForFamily } from '../settings/family';

export interface Reference {
  readonly picture: Original | null;
  /** The id of the adapter's file; empty: the first that fits. */
  readonly model: string;
  /** The id of the file of what looks at the picture; empty: the first that the adapter was made for. */
  readonly encoder: string;
  readonly weight: number;
  /** From and up to which part of the run it counts, 0 to 1. */
  readonly start: number;
  readonly end: number;
}

export type ReferenceSettings = Omit<Reference, 'picture'>;

export const initialReference: ReferenceSettings = { model: '', encoder: '', weight: 1, start: 0, end: 1 };

/** What stands in the way of a picture that is like another. */
export type ReferenceObstacle = 'no-adapter' | 'no-encoder';

type Addon<F> = ModelEntry & { readonly addon: F & { readonly name: string } };
export type AdapterEntry = Addon<IpAdapterFacts>;
export type EncoderEntry = Addon<ImageEncoderFacts>;

export const isAdapter = (entry: ModelEntry): entry is AdapterEntry =>
  'addon' in entry && entry.addon.kind === 'ip-adapter';

export const isEncoder = (entry: ModelEntry): entry is EncoderEntry =>
  'addon' in entry && entry.addon.kind === 'image-encoder';

/** @param family of the model that is drawn with, as its facts name it. */
export const fitsFamily = ({ addon: { base } }: AdapterEntry, family: string): boolean =>
  isForFamily(base, family);

/** Whether an encoder gives what an adapter must have. */
export function looksFor({ addon }: EncoderEntry, { addon: { wants } }: AdapterEntry): boolean {
  return addon.gives[wants.seen] === wants.width;
}

/** The adapter that was chosen, or else the first that fits; and the encoder that looks for it. */
export function filesFor(
  { model, encoder }: Pick<Reference, 'model' | 'encoder'>,
  here: readonly ModelEntry[],
  family: string,
): { readonly adapter: AdapterEntry | null; readonly encoder: EncoderEntry | null } {
  const adapters = here.filter(isAdapter).filter((entry) => fitsFamily(entry, family));
  const adapter = adapters.find(({ id }) => id === model) ?? adapters[0] ?? null;
  const encoders = adapter ? here.filter(isEncoder).filter((entry) => looksFor(entry, adapter)) : [];
  return { adapter, encoder: encoders.find(({ id }) => id === encoder) ?? encoders[0] ?? null };
}

/** Those that can be told, with the files by which they are. */
export function settled(
  references: readonly Reference[],
  here: readonly ModelEntry[],
  family: string,
): Reference[] {
  return references.flatMap((reference) => {
    const { adapter, encoder } = filesFor(reference, here, family);
    return adapter && reference.picture
      ? [{ ...reference, model: adapter.id, encoder: encoder?.id ?? '' }]
      : [];
  });
}

/** As the engine takes them. @param whole gives the pixels of a picture. */
export async function referencesOf(
  references: readonly Reference[],
  whole: (picture: Original) => Promise<Pixels>,
): Promise<NonNullable<Job['references']>> {
  const asked: NonNullable<Job['references']>[number][] = [];
  for (const { picture, model, encoder, weight, start, end } of references) {
    if (!picture) continue;
    const pixels = await whole(picture);
    asked.push({ model, ...(encoder && { encoder }), pixels, weight, start, end });
  }
  return asked;
}

/** What A1111's extension calls the way in which a picture is looked at. */
const moduleOf = ({ addon: { wants } }: AdapterEntry): string =>
  wants.width === (wants.seen === 'embedding' ? 1280 : 1664)
    ? 'ip-adapter_clip_sdxl'
    : 'ip-adapter_clip_sd15';

/** As A1111's extension writes them: units of control, without their pictures. @param here files, for names and hashes. */
export function recipeReferences(
  references: readonly ReferenceSettings[],
  here: readonly ModelEntry[],
): RecipeControl[] {
  return references.flatMap(({ model, weight, start, end }) => {
    const adapter = here.filter(isAdapter).find(({ id }) => id === model);
    if (!adapter) return [];
    const hash = adapter.hashes && shortHash('control', adapter.hashes);
    const name = stemOf(adapter.file);
    return [{ model: name, ...(hash && { hash }), module: moduleOf(adapter), weight, start, end }];
  });
}
