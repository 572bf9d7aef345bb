import type { Job, Picture } from '../engine/api';
import { fileName } from './format';
import type { Original } from './picture';
import { infotext, png } from './png';

/** A finished picture of this visit. */
export interface Result {
  readonly number: number;
  readonly url: string;
  readonly fileName: string;
  readonly job: Job;
  /** The picture it was started from. */
  readonly original: Original | null;
  /** The picture itself, so that it can be started from. */
  readonly itself: Original;
  readonly model: string;
  /** From pressing Generate to the picture, loading included, in milliseconds. */
  readonly took: number;
  readonly parts: Picture['milliseconds'];
}

export async function resultOf(
  { job, milliseconds, width, height, rgba }: Picture,
  about: Pick<Result, 'number' | 'original' | 'model' | 'took'>,
): Promise<Result> {
  const pixels = { width, height, rgba };
  const blob = await png(pixels, infotext(job, about.model));
  const name = fileName(job.seed, job.prompt);
  return {
    ...about,
    url: URL.createObjectURL(blob),
    fileName: name,
    job,
    itself: { name, width, height, blob, pixels },
    parts: milliseconds,
  };
}
