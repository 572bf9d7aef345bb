import { cropTo, type Rect, type Size } from '../../canvas/crop';
import { placeIn, type Margins } from '../../canvas/frame';
import { isClear, type Pixels } from '../../canvas/pixels';
import type { Job, ModelEntry, Picture } from '../../engine/api';
import { writeComfy } from '../../recipe/comfy/write';
import { writeInfotext } from '../../recipe/infotext/infotext';
import type { Texts } from '../../recipe/picture/png';
import type { Recipe, Tool } from '../../recipe/recipe';
import type { Unit } from '../control/unit';
import type { Reference } from '../reference/reference';
import { fileName } from '../words/format';
import type { Original } from '../files/picture';
import { png } from '../files/png';
import type { Mode, Settings } from '../settings/settings';
import type { Enlarged } from './enlarged';
import { recipeOf, type Drawn } from './recipe';

/** What a picture was made from. */
export interface Making {
  readonly mode: Mode;
  readonly settings: Settings;
  /** The source picture, and where it would lie in the result, in its pixels. */
  readonly original: Original | null;
  readonly place: Rect | null;
  /** Pictures that guided; older versions had none. */
  readonly controls?: readonly Unit[];
  /** Pictures that were part of the prompt; older versions had none. */
  readonly references?: readonly Reference[];
  readonly model: string;
}

/** A finished picture. */
export interface Result extends Making {
  /** Its number on this page. */
  readonly number: number;
  readonly url: string;
  readonly fileName: string;
  readonly job: Omit<Job, 'source' | 'controls' | 'references'>;
  /** The picture itself, which can be worked on again. */
  readonly itself: Original;
  /** How it was enlarged after it was drawn; absent where it was not. */
  readonly enlarged?: Enlarged;
  /** From pressing Generate to the picture, loading included, in milliseconds. */
  readonly took: number;
  readonly parts: Picture['milliseconds'];
  /** For an imported picture: which tool made it; null where its file does not say. Absent for one drawn here. */
  readonly brought?: { readonly tool: Tool | null };
  /** When it was made, in milliseconds since 1970, where that was not just now. */
  readonly made?: number;
}

/** Larger pictures are not kept as pixels beside their PNG. */
const KEPT_PIXELS = 2 ** 22;

/** @param here the models on this device, which its recipe names. */
export async function resultOf(
  {
    job: { source: _, controls: _hints, references: _seen, ...job },
    milliseconds,
    width,
    height,
    rgba,
  }: Picture,
  about: Making & Pick<Result, 'took'>,
  here: readonly ModelEntry[],
): Promise<Omit<Result, 'number' | 'url'>> {
  const itself = await originalOf({ width, height, rgba }, fileName(job.seed, job.prompt, job.batch?.index), {
    ...about,
    job,
    here,
  });
  return { ...about, fileName: itself.name, job, itself, parts: milliseconds };
}

/** The result of enlarging a picture. It keeps the recipe, but not the source pictures. */
export async function enlargedOf(
  { url: _, number: __, brought: _elsewhere, made: _before, ...before }: Result,
  { width, height, rgba }: Pixels,
  enlarged: Enlarged,
  took: number,
  here: readonly ModelEntry[],
): Promise<Omit<Result, 'number' | 'url'>> {
  const by = enlarged.by * (before.enlarged?.by ?? 1);
  const name = before.fileName.replace(/\.png$/, `-x${by}.png`);
  const about = { ...before, original: null, place: null, took, enlarged: { ...enlarged, by } };
  return {
    ...about,
    fileName: name,
    itself: await originalOf({ width, height, rgba }, name, { ...about, here }),
  };
}

/**
 * A sheet of several pictures, with the recipe of the first of them.
 * @param script what its recipe says beside that.
 * @param took milliseconds for all of them.
 */
export async function sheetOf(
  { url: _, number: __, enlarged: ___, ...first }: Result,
  { name, pixels, script, took }: { name: string; pixels: Pixels; script: Recipe['unknown']; took: number },
  here: readonly ModelEntry[],
): Promise<Omit<Result, 'number' | 'url'>> {
  const about = { ...first, original: null, place: null, took };
  return { ...about, fileName: name, itself: await originalOf(pixels, name, { ...about, script, here }) };
}

/** A picture as a file, with its recipe in it. */
async function originalOf(
  pixels: Pixels,
  name: string,
  { here, ...drawn }: Drawn & { readonly here: readonly ModelEntry[] },
): Promise<Original> {
  const { width, height } = pixels;
  return {
    name,
    width,
    height,
    blob: await png(pixels, textsOf(recipeOf(drawn, here))),
    pixels: width * height <= KEPT_PIXELS ? pixels : null,
    remarks: isClear(pixels) ? [{ kind: 'clear' }] : [],
  };
}

/** The recipe as A1111 writes it into pictures, and as ComfyUI does. */
function textsOf(recipe: Recipe): Texts {
  const { workflow, prompt } = writeComfy(recipe);
  return new Map([
    ['parameters', writeInfotext(recipe)],
    ['workflow', workflow],
    ['prompt', prompt],
  ]);
}

/** Where the source picture of a result would lie in it. */
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
