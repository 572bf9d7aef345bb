/** Nets of Stable Diffusion's own size with weights by formula: what they are made of, what they are fed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph, Target } from '../../src/graph/graph';
import { recognise } from '../../src/nets/detect/detect';
import { inNormalForm } from '../../src/nets/names/normal-form';
import { decoderGraph, textGraph, unetGraph } from '../../src/nets/graphs';
import type { Model } from '../../src/nets/model';
import { timestepEmbedding } from '../../src/nets/unet';
import type { Value } from '../../src/runtime/session';
import { f32ToF16 } from '../../src/weights/values/half';
import { parseHeader, type TensorInfo } from '../../src/weights/safetensors';
import type { ByteSource } from '../../src/weights/source';
import { tokensOf } from '../tokens';
import { elements, normals, poolOf, turned } from '../bench/formula';
import { stableDiffusion15, stableDiffusionXL } from '../unit/nets/stable-diffusion';
import type { Scale } from './bench';
import { Missing } from './row';

export type Family = 'sd1' | 'sdxl';
/** The larger text encoder is SDXL's alone. */
export type NetKind = 'unet' | 'vae' | 'text' | 'larger text';

/** Name and shape of every tensor, in the order that the formula counts. */
type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

/** A checkpoint that is nowhere: its bytes are made when they are read. */
export interface Synthetic {
  readonly model: Model;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly source: ByteSource;
}

const FULL = { sd1: stableDiffusion15, sdxl: stableDiffusionXL };

/** Side of the latents, of 512² and 1024² pictures; and what a CPU that imitates a card can do. */
export const sideOf = (family: Family, scale: Scale): number =>
  scale === 'small' ? 16 : family === 'sd1' ? 64 : 128;

export const BATCH = 2;
export const TIMESTEP = 500;
/** CLIP's. */
const WORDS = 49408;
export const TOKENS = 77;

/** @throws Missing where the golden miniature is not in the kit whose shapes stand for full size. */
export function shapesOf(kit: string, family: Family, scale: Scale): Shapes {
  if (scale === 'full') return [...FULL[family]()].map(([name, { shape }]) => [name, shape]);
  let file: Buffer;
  try {
    file = readFileSync(join(kit, `golden/models/${family}/model.safetensors`));
  } catch {
    throw new Missing(`golden/models/${family} is not in the kit`);
  }
  const length = Number(file.readBigUInt64LE());
  const { tensors } = parseHeader(Uint8Array.from(file.subarray(8, 8 + length)), file.length);
  const floats = [...tensors.values()].filter(({ dtype }) => dtype === 'F16' || dtype === 'F32');
  return floats.map(({ name, shape }) => [name, shape]);
}

/** Bytes between two tensors: those that touch would be read at once (`readTogether`), and each is made by itself. */
const GAP = 2;

export function synthetic(shapes: Shapes): Synthetic {
  const pool = normals();
  let end = 0;
  const tensors = new Map<string, TensorInfo>();
  const places = new Map<number, number>();
  for (const [place, [name, shape]] of shapes.entries()) {
    const begin = end + GAP;
    end = begin + 2 * elements(shape);
    tensors.set(name, { name, dtype: 'F16', shape, begin, end });
    places.set(begin, place);
  }
  const begins = [...places.keys()];
  // A tensor is read in pieces, one after the other.
  let last = { begin: -1, end: 0, codes: new Uint8Array(0) };
  const source: ByteSource = {
    bytes: end,
    read(from, to) {
      if (from < last.begin || from >= last.end || last.begin < 0) {
        const begin = begins.findLast((begin) => begin <= from)!; // none is read before the first
        const place = places.get(begin)!;
        const [name, shape] = shapes[place]!;
        const codes = new Uint8Array(f32ToF16(poolOf(name, shape, place, pool)).buffer);
        last = { begin, end: begin + 2 * elements(shape), codes };
      }
      return repeated(last.codes, from - last.begin, to - from);
    },
  };
  return {
    model: recognise({ tensors, metadata: new Map() }).model,
    tensors: inNormalForm(tensors).tensors,
    source,
  };
}

function repeated(bytes: Uint8Array, from: number, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const at = (from + done) % bytes.length;
    const piece = bytes.subarray(at, at + Math.min(bytes.length - at, length - done));
    out.set(piece, done);
    done += piece.length;
  }
  return out;
}

export function graphOf(checkpoint: Synthetic, kind: NetKind, target: Target, side: number): Graph {
  const size = { batch: kind === 'vae' ? 1 : BATCH, h: side, w: side };
  if (kind === 'text' || kind === 'larger text')
    return textGraph(checkpoint, target, { batch: BATCH, encoder: kind === 'text' ? 0 : 1 });
  return kind === 'unet' ? unetGraph(checkpoint, target, size) : decoderGraph(checkpoint, target, size);
}

/** Inputs by formula, as torch_rows.py has them too. */
export async function inputsOf(
  checkpoint: Synthetic,
  kind: NetKind,
  side: number,
): Promise<Record<string, Value>> {
  const { model } = checkpoint;
  if (kind === 'vae') return { latents: filled(1, 1, model.vae.latentChannels, side, side) };
  if (kind === 'text')
    return { tokens: await tokensOf({ data: idsOf(), shape: [BATCH, TOKENS] }, model.texts[0], checkpoint) };
  if (kind === 'larger text') {
    const ids = { data: idsOf(), shape: [BATCH, TOKENS] };
    const end = ids.data.map((id) => Number(id === WORDS - 1));
    return {
      tokens: await tokensOf(ids, model.texts[1]!, checkpoint), // SDXL has two
      end: { data: Float32Array.from(end), shape: ids.shape },
    };
  }
  const { inChannels, modelChannels, contextWidth, labelWidth } = model.denoiser;
  const times = new Float32Array(BATCH * modelChannels);
  for (let n = 0; n < BATCH; n++) times.set(timestepEmbedding(TIMESTEP, modelChannels), n * modelChannels);
  return {
    latents: filled(1, BATCH, inChannels, side, side),
    timestep: { data: times, shape: [BATCH, modelChannels] },
    context: filled(2, BATCH, TOKENS, contextWidth),
    ...(labelWidth !== null && { label: filled(3, BATCH, labelWidth) }),
  };
}

/** Numbers of the standard normal distribution, others for every seed, as torch_rows.py has them too. */
export function filled(seed: number, ...shape: number[]): Filled {
  const from = turned(normals(), seed * 7919);
  return { data: Float32Array.from({ length: elements(shape) }, (_, i) => from[i % from.length]!), shape };
}

export interface Filled extends Value {
  readonly data: Float32Array<ArrayBuffer>;
}

/** Any words between a start and an end mark. */
function idsOf(): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: BATCH * TOKENS }, (_, i) => {
    const at = i % TOKENS;
    if (at === 0) return WORDS - 2;
    return at === TOKENS - 1 ? WORDS - 1 : (i * 7919) % (WORDS - 2);
  });
}

/** What torch_rows.py makes the same weights of. Families that cannot be had are left out. */
export function writeFormula(kit: string, work: string, scale: Scale): void {
  writeFileSync(join(work, 'normals.f32'), new Uint8Array(normals().buffer));
  for (const family of ['sd1', 'sdxl'] as const) {
    try {
      writeFileSync(join(work, `${family}.json`), JSON.stringify(shapesOf(kit, family, scale)));
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
    }
  }
}
