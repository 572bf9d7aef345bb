/** Upscalers by the names that recipes give them. */
import { sameName } from '../text/lora';
import { stemOf, type RecipeSettings } from './recipe';

/** What enlarges without a net: latents, or pixels by interpolation. */
const netless = /^(?:None|Lanczos|Nearest|Latent(?: \(.*\))?)$/;

/** A1111's names for nets that it fetches by itself, and what their files are called. */
const filesOfA1111: ReadonlyMap<string, string> = new Map([
  ['R-ESRGAN 4x+', 'RealESRGAN_x4plus'],
  ['R-ESRGAN 4x+ Anime6B', 'RealESRGAN_x4plus_anime_6B'],
  ['R-ESRGAN 2x+', 'RealESRGAN_x2plus'],
  ['R-ESRGAN AnimeVideo', 'realesr-animevideov3'],
  ['R-ESRGAN General 4xV3', 'realesr-general-x4v3'],
  ['R-ESRGAN General WDN 4xV3', 'realesr-general-wdn-x4v3'],
]);

/** The upscalers of a recipe that are files, each once. */
export function upscalersIn({ hires, redraw }: RecipeSettings): readonly string[] {
  const named = [hires?.upscaler, redraw?.upscaler].filter((name) => name !== undefined);
  return [...new Set(named)].filter((name) => !netless.test(name));
}

/** Whether a file is the upscaler that a recipe calls so. */
export const isUpscalerNamed = (name: string, file: string): boolean =>
  [name, filesOfA1111.get(name) ?? name].some((other) => sameName(stemOf(file), stemOf(other)));
