/** The noise levels of schedules, as diffusers' schedulers lay them out. */
import { betaQuantile } from '../../beta';
import { ladderLikeA1111 } from '../../ladders';
import { float64, linspace } from '../../numbers';
import type { Sampling } from '../../settings';
import { exponential, karras } from '../../sigmas';
import { logSigmaAt, type Trained } from '../../trained';
import type { Course } from '../course';

/**
 * The levels of the chosen schedule, without the end; null for one that spaces timesteps.
 * @param min lowest sigma, where the settings give none. @param max highest one.
 */
export function scheduled(
  sampling: Sampling,
  course: Course,
  trained: Trained,
  min: number,
  max: number,
): number[] | null {
  const { schedule, rho, sigmaMin = min, sigmaMax = max, betaAlpha = 0.6, betaBeta = 0.6 } = sampling;
  const { steps } = course;
  switch (schedule) {
    case 'Automatic':
    case 'Uniform':
      return null;
    case 'Karras':
      return karras(steps, sigmaMin, sigmaMax, rho, float64);
    case 'Exponential':
      return exponential(steps, sigmaMin, sigmaMax, float64);
    case 'Beta':
      return linspace(1, 0, steps).map(
        (share) => sigmaMin + betaQuantile(share, betaAlpha, betaBeta) * (sigmaMax - sigmaMin),
      );
    default: {
      const ladder = {
        trained,
        sigmaAt: (t: number) => logSigmaAt(t, trained),
        top: trained.sigmas.length - 1,
        bottom: 0,
      };
      const bounds = { min: sigmaMin, max: sigmaMax, betaAlpha, betaBeta, xl: course.xl ?? false };
      const levels = ladderLikeA1111[schedule](
        steps,
        ladder,
        rho === undefined ? bounds : { ...bounds, rho },
      );
      return levels.slice(0, schedule === 'KL Optimal' ? steps : -1);
    }
  }
}
