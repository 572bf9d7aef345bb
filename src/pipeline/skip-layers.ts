/** Skip-layer guidance in a pass: which of its calls ask without some blocks, too. */
import type { Model } from '../nets/model';
import { stepAt } from '../sampling/plan';
import type { Plan } from '../sampling/sampler';
import type { Guided } from './denoise';
import { skipLayerGuidance } from './guidance';
import type { Job } from './job';

/** Whether a job asks for it, of a model that can. */
export const skipsLayers = ({ skipLayers }: Job, { denoiser }: Model): boolean =>
  skipLayers !== undefined && skipLayers.layers.length > 0 && denoiser.net === 'mmdit';

/**
 * The questions, and those without the job's layers where they have a part: in diffusers after a share of the steps and before
 * another, elsewhere, as in ComfyUI, on a part of the way from noise. diffusers has none where there is no other guidance.
 * @param noise as the pass has it. @param blocks of the net.
 */
export function withSkips(
  { skipLayers, like }: Job,
  noise: Model['noise'],
  plan: Plan,
  blocks: number,
  questions: Guided['questions'],
): Guided['questions'] {
  if (!skipLayers) return questions;
  const { layers, scale, start, end } = skipLayers;
  const all = new Float32Array(blocks).fill(1);
  const some = all.map((_, i) => Number(!layers.includes(i)));
  const count = plan.points.length;
  const hasPart = (sigma: number): boolean => {
    if (like === 'diffusers') {
      const i = stepAt(plan, sigma);
      return i > count * start && i < count * end;
    }
    const done = 1 - unshifted(plan.share?.(sigma) ?? sigma, noise);
    return done >= start && done <= end;
  };
  return (call, sigma) => {
    const asked = questions(call, sigma);
    const alone = like === 'diffusers' && !asked.some(({ negative }) => negative);
    return skipLayerGuidance(asked, !alone && hasPart(sigma) ? scale : 0, all, some);
  };
}

/** How far a level was before it was shifted. */
function unshifted(share: number, noise: Model['noise']): number {
  const shift = noise.kind === 'flow' ? noise.shift : 1;
  return share / (shift - (shift - 1) * share);
}
