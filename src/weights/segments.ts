/**
 * Cuts a checkpoint into pieces that two checkpoints may have in common. Fine-tunes often share a VAE or a text encoder, at
 * different offsets: so pieces begin where tensors do, and depend on nothing but these tensors.
 */
import { lastOf } from '../checked';
import type { Header } from './safetensors';

/** Bytes of a file, from `begin` to before `end`. */
export interface Segment {
  readonly begin: number;
  readonly end: number;
}

/** From this size on a tensor is a piece by itself. Smaller ones, mostly norms and biases, go with their neighbours. */
const LARGE_BYTES = 2 ** 20;
/** No piece is larger than this: it is what memory holds at a time. */
const MAX_BYTES = 2 ** 24;

/**
 * All pieces of a file, in order: its header, large tensors, and what lies between two of them in one net.
 * @param seams further offsets at which a piece must end.
 */
export function segmentsOf(
  { tensors, bytes }: Header,
  seams: readonly number[] = [],
  sizes: { readonly large: number; readonly max: number } = { large: LARGE_BYTES, max: MAX_BYTES },
): Segment[] {
  const cuts = new Set(seams);
  let net: string | undefined;
  let wasLarge = false;
  for (const { name, begin, end } of tensors.values()) {
    const isLarge = end - begin >= sizes.large;
    const own = name.slice(0, Math.max(0, name.indexOf('.')));
    if (isLarge || wasLarge || own !== net) cuts.add(begin);
    wasLarge = isLarge;
    net = own;
  }
  const pieces: Segment[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes].sort((a, b) => a - b)) {
    for (; at < cut; at = lastOf(pieces).end) pieces.push({ begin: at, end: Math.min(at + sizes.max, cut) });
  }
  return pieces;
}
