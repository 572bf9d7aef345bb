/** A picture that is part of the prompt, the IP-Adapter that tells the UNet of it, and how far it is followed. */
import type { Rect, Size } from '../../canvas/crop';
import type { Mask } from '../../canvas/pixels';
import type { ImageEncoderFacts, IpAdapterFacts, Job, ModelEntry, Pixels } from '../../engine/api';
import type { Original } from '../files/picture';
import { isForFamily } from '../settings/family';

/** A picture that is part of the prompt, as a person sets it. */
export interface Reference {
  /** Which one it is on this page, whatever its place. */
  readonly key: number;
  /** Null where a recipe told of it: none carries pictures. */
  readonly picture: Original | null;
  /** The id of the adapter's file; empty: the first that fits. */
  readonly model: string;
  /** The id of the file of what looks at the picture; empty: the first that the adapter was made for. */
  readonly encoder: string;
  readonly weight: number;
  /** From and up to which part of the run it counts, 0 to 1. */
  readonly start: number;
  readonly end: number;
  /** Where in the picture it counts, laid over all of that, whatever its size; null: everywhere. */
  readonly mask: Mask | null;
}

/** What a recipe tells of it. */
export type ReferenceSettings = Omit<Reference, 'key' | 'picture' | 'mask'>;

export const initialReference: Omit<Reference, 'key'> = {
  ...{ picture: null, mask: null },
  ...{ model: '', encoder: '', weight: 1, start: 0, end: 1 },
};

/** What stands in the way of a picture that is like another. */
export type ReferenceObstacle = 'no-adapter' | 'no-encoder' | 'no-reference-picture';

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

/** Where only a part of a larger picture is drawn: that one's size, and the part. */
interface Part {
  readonly whole: Size;
  readonly box: Rect;
}

/**
 * As the engine takes them.
 * @param whole gives the pixels of a picture.
 * @param part that is drawn, where it is not all of a picture.
 */
export async function referencesOf(
  references: readonly Reference[],
  whole: (picture: Original) => Promise<Pixels>,
  part: Part | null,
): Promise<NonNullable<Job['references']>> {
  const asked: NonNullable<Job['references']>[number][] = [];
  for (const { picture, model, encoder, weight, start, end, mask } of references) {
    if (!picture) continue;
    const pixels = await whole(picture);
    const shown = mask && (part ? inPart(mask, part) : mask);
    asked.push({
      model,
      ...(encoder && { encoder }),
      pixels,
      weight,
      start,
      end,
      ...(shown && { mask: shown }),
    });
  }
  return asked;
}

/** What lies over the part of a picture, of a mask that lies over all of it. */
export function inPart({ width, height, alpha }: Mask, { whole, box }: Part): Mask {
  const [left, right] = stretch(box.x, box.width, width / whole.width);
  const [top, bottom] = stretch(box.y, box.height, height / whole.height);
  const cut = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    cut.set(alpha.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return { width: right - left, height: bottom - top, alpha: cut };
}

/** From where to where something lies in another scale: one at least. */
function stretch(from: number, length: number, scale: number): [from: number, to: number] {
  const begin = Math.floor(from * scale);
  return [begin, Math.max(begin + 1, Math.round((from + length) * scale))];
}
