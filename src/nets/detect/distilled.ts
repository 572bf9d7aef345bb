/** Models that were distilled to draw in a few steps, and how they like to be used. */
import type { Model } from '../model';

type Defaults = Pick<Model['recommended'], 'steps' | 'guidance' | 'sampler' | 'spacing'>;

/** A latent consistency model, as its authors use it: https://huggingface.co/SimianLuo/LCM_Dreamshaper_v7 */
export const CONSISTENCY_MODEL: Defaults = { steps: 4, guidance: 8, sampler: 'LCM', spacing: 'leading' };

/**
 * Distillation does not change the UNet's names and shapes, so only a word in the model's own description tells. Samplers
 * and spacings are those of the schedulers that were published with each; guidance is built in.
 */
const KINDS: readonly (readonly [word: RegExp, sampler: string, spacing: string])[] = [
  [/\blcm\b|\blatent consistency\b/i, 'LCM', 'leading'],
  [/\bturbo/i, 'Euler a', 'trailing'], // https://huggingface.co/stabilityai/sdxl-turbo
  [/\blightning\b/i, 'Euler', 'trailing'], // https://huggingface.co/ByteDance/SDXL-Lightning
  [/\bhyper-?sd/i, 'DDIM', 'trailing'], // https://huggingface.co/ByteDance/Hyper-SD
  [/\btcd\b/i, 'TCD', 'leading'], // https://huggingface.co/h1t/TCD-SDXL-LoRA
];

/** @param names of the checkpoint in its metadata; without one of these words nothing is known. */
export function distilledDefaults(names: string): Partial<Defaults> {
  const words = names.replaceAll('_', ' ');
  const kind = KINDS.find(([word]) => word.test(words));
  if (!kind) return {};
  const [, sampler, spacing] = kind;
  // Never a single step: models for one need a timestep with which none of these samplers begins (Hyper-SD: 800).
  const steps = Number(/\b([2-8])[ -]?steps?\b/i.exec(words)?.[1] ?? 4);
  return { steps, guidance: 1, sampler, spacing };
}
