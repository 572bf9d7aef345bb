/** Tiled redraw: a picture is drawn anew part by part, each from the picture as it is by then. */
import { sidesOf } from '../../canvas/crop';
import { scaled } from '../../canvas/hints/planes';
import { DrobeError } from '../../errors';
import type { Latent } from '../../sampling/latent';
import { seedAfter } from '../../sampling/seed';
import type { Checkpoint } from '../checkpoint';
import { MOST_PIXELS } from '../enlarging/enlarge';
import type { Job, Pixels, Progress } from '../job';
import { drawPass, stepsOf, type Clock, type Drawn, type Pass } from '../pass';
import { toPixels } from '../pixels';
import { replay } from '../resume';
import type { LatentSize } from '../size';
import type { Report } from '../memory/slot';
import { hintsOf } from './hints';
import { boxOf, maskOf, partsOf, type Part } from './parts';
import { Sheet } from './sheet';

/** What the parts of one picture share. */
export interface Redrawing {
  readonly checkpoint: Checkpoint;
  readonly report: Report;
  readonly clock: Clock;
  /** Latents of a part → picture [3, f·h, f·w] in −1…1. */
  readonly decode: (latents: Latent, size: LatentSize) => Promise<Float32Array>;
}

export interface Redrawn extends Pick<Drawn, 'encode' | 'steps'> {
  readonly pixels: Pixels;
}

const partsIn = (job: Job, checkpoint: Checkpoint): readonly Part[] =>
  job.redraw ? partsOf(job, job.redraw, sidesOf(checkpoint.model.vae.factor)) : [];

/**
 * A part as a job of its own; all are of one size, and differ in what they are drawn from.
 * @throws DrobeError 'bad-request' where there is nothing to draw anew, and 'result-too-large'.
 */
export function partJob(job: Job, checkpoint: Checkpoint): Job {
  const { width: w, height: h } = job;
  if (w * h > MOST_PIXELS) throw new DrobeError('result-too-large', { width: w, height: h });
  const [first] = partsIn(job, checkpoint);
  if (job.source?.kind !== 'image' || !first)
    throw new DrobeError('bad-request', { reason: 'only a picture can be drawn anew in tiles' });
  const { redraw: _redraw, known: _known, ...own } = job;
  const { width, height } = boxOf(first);
  return { ...own, width, height };
}

/** @param pass of any of its parts. */
export async function* redrawn(
  job: Job,
  pass: Pass,
  { checkpoint, report, clock, decode }: Redrawing,
): AsyncGenerator<Progress, Redrawn, void> {
  const parts = partsIn(job, checkpoint);
  const { source } = pass.job;
  if (source?.kind !== 'image') throw new Error('not checked');
  const whole = fitting(source.pixels, job);
  const sheet = new Sheet(whole);
  const hints = hintsOf(pass.job.controls ?? [], source.pixels, whole);
  const { factor } = checkpoint.model.vae;
  const each = stepsOf(pass.job, checkpoint);
  const common = { checkpoint, report, answers: replay(job.known ?? []), clock, total: each * parts.length };
  const steps: number[] = [];
  let encode = 0;
  for (const [n, part] of parts.entries()) {
    const pixels = sheet.part(part);
    const mask = maskOf(part, factor);
    const own: Job = {
      ...pass.job,
      ...noiseOf(job, n),
      ...(job.controls && { controls: hints(part) }),
      source: mask ? { ...source, kind: 'inpaint', pixels, mask, ...kept } : { ...source, pixels },
    };
    const drawing = drawPass({ ...pass, job: own }, { ...common, done: steps.length });
    const tile = { number: n + 1, of: parts.length };
    let drawn = await drawing.next();
    for (; !drawn.done; drawn = await drawing.next()) {
      const told = drawn.value;
      if (told.kind === 'step')
        yield { ...told, tile, preview: told.preview && sheet.preview(part, told.preview) };
      else if (n === 0) yield told;
    }
    if (n === parts.length - 1) yield { kind: 'decoding' };
    const image = await decode(drawn.value.latents, pass.size);
    sheet.put(part, toPixels(image, pass.job.width, pass.job.height));
    encode += drawn.value.encode;
    steps.push(...drawn.value.steps);
  }
  return { pixels: sheet.whole, encode, steps };
}

/** What lies around what counts of a part. */
const kept = { content: 'original', soft: false } as const;

/** Each has the noise of a seed of its own, as in A1111's "SD upscale": else what noise leads to would be seen again and again. */
function noiseOf({ seed, variationSeed, variationStrength = 0 }: Job, n: number): Partial<Job> {
  return variationStrength > 0 && variationSeed !== undefined
    ? { variationSeed: seedAfter(variationSeed, n) }
    : { seed: seedAfter(seed, n) };
}

/** A picture as large as the job's. */
function fitting(pixels: Pixels, { width, height }: Job): Pixels {
  const fits = pixels.width === width && pixels.height === height;
  return fits ? pixels : scaled(pixels, { width, height }, 'lanczos');
}
