import { cropTo, type Rect, type Size } from '../../canvas/crop';
import { placeIn, type Margins } from '../../canvas/frame';
import type { Job, Picture } from '../../engine/api';
import { fileName } from '../words/format';
import type { Original } from '../files/picture';
import { infotext, png } from '../files/png';
import { detailsOf } from '../settings/job';
import type { Mode, Settings } from '../settings/settings';

/** What a picture was made from. */
export interface Making {
  readonly mode: Mode;
  readonly settings: Settings;
  /** The picture it was started from, and where that would lie in it, in its pixels. */
  readonly original: Original | null;
  readonly place: Rect | null;
  readonly model: string;
}

/** A finished picture. */
export interface Result extends Making {
  /** On this page. */
  readonly number: number;
  readonly url: string;
  readonly fileName: string;
  readonly job: Omit<Job, 'source'>;
  /** The picture itself, so that it can be started from. */
  readonly itself: Original;
  /** From pressing Generate to the picture, loading included, in milliseconds. */
  readonly took: number;
  readonly parts: Picture['milliseconds'];
}

/** Larger pictures are not kept as pixels beside their PNG. */
const KEPT_PIXELS = 2 ** 22;

export async function resultOf(
  { job: { source: _, ...job }, vaeFile, milliseconds, width, height, rgba }: Picture,
  about: Making & Pick<Result, 'took'>,
): Promise<Omit<Result, 'number' | 'url'>> {
  const pixels = { width, height, rgba };
  const { mode, settings, model } = about;
  // By the names that A1111 gives them.
  const details = {
    ...(vaeFile !== undefined && { VAE: vaeFile.replace(/^.*\//, '') }),
    ...detailsOf(mode, settings),
    ...(job.decoder && { 'VAE Decoder': job.decoder }),
  };
  const blob = await png(pixels, infotext(job, model, details));
  const name = fileName(job.seed, job.prompt);
  return {
    ...about,
    fileName: name,
    job,
    itself: { name, width, height, blob, pixels: width * height <= KEPT_PIXELS ? pixels : null },
    parts: milliseconds,
  };
}

/** Where the picture that a result began with would lie in it. */
export function placeOf(mode: Mode, original: Size, drawn: Size, margins: Margins): Rect {
  if (mode === 'inpaint') return { x: 0, y: 0, width: original.width, height: original.height };
  if (mode === 'outpaint') return placeIn(original, margins);
  const part = cropTo(original, drawn);
  const scale = drawn.width / part.width;
  return {
    x: -part.x * scale,
    y: -part.y * scale,
    width: original.width * scale,
    height: original.height * scale,
  };
}
