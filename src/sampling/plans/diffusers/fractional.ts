/** EulerDiscreteScheduler, and the schedulers that diffusers has after k-diffusion's samplers. */
import { lastOf } from '../../../checked';
import { roundEven } from '../../numbers';
import type { Plan } from '../../sampler';
import type { SamplerName, Sampling } from '../../settings';
import { spaced } from '../../timesteps';
import { sigmaAt, timestepOf } from '../../trained';
import { churning, descend, looking, rangeOf, type Tabled } from '../course';
import { solverOf } from '../solver';
import { LAST_ALPHA, ownSolver, part, trainedFor } from './common';
import { scheduled } from './levels';

/** These round the timesteps of a schedule's levels, and not those halfway between two levels. */
const halfway: ReadonlySet<SamplerName> = new Set(['DPM2', 'DPM2 a']);

/** Timesteps may be fractions: sigma is interpolated between them. Schedules span the spaced timesteps. */
export function fractional(sampling: Sampling, course: Tabled): Plan {
  const { spacing, sampler, lastSigma } = sampling;
  const trained = trainedFor(sampling, course, LAST_ALPHA);
  const ts = spaced(spacing, course.steps, trained.sigmas.length, sampling.stepsOffset).map(Math.fround);
  const own = ts.map((t) => sigmaAt(t, trained));
  const [min, max] = rangeOf(own);
  const laid = scheduled(sampling, course, trained, min, max);
  const sigmas = laid ?? own;
  const known = new Map(
    laid
      ? halfway.has(sampler)
        ? laid.map((sigma) => [sigma, roundEven(timestepOf(sigma, trained))])
        : []
      : ts.map((t, i) => [own[i]!, t]),
  );
  const lowest = lastSigma === 'lowest' && lastOf(sigmas) >= trained.sigmas[0]!;
  const all = [...sigmas, lowest ? trained.sigmas[0]! : 0];
  const top = Math.max(...sigmas);
  const late = part(descend(all), course);
  const scale =
    course.strength === undefined && spacing === 'leading' ? Math.hypot(top, 1) : (late[0]?.sigma ?? 0);
  return {
    points: churning(looking(late, sampling), sampling),
    end: lastOf(all),
    scale: course.strength === undefined && spacing !== 'leading' ? top : scale,
    latentScale: 1,
    timestep: (sigma) => known.get(sigma) ?? timestepOf(sigma, trained),
    range: rangeOf(all),
    solver: solverOf(sampling, ownSolver(sampler)),
  };
}
