/**
 * Runs that broke off and go on: what the denoiser answered is kept, and a sampler that is asked anew gets the same answers
 * in the same order. So the picture becomes what it would have been, whatever the sampler remembers and however much
 * noise it draws.
 */
import type { Latent } from '../sampling/latent';
import type { Denoise } from '../sampling/sampler';

/** Answers of the denoiser from an earlier, interrupted run. */
export interface Replay {
  /** Gives known answers as long as there are any, then asks. Of the passes of a run, one after the other. */
  readonly of: (denoise: Denoise) => Denoise;
  /** What was answered since this was last asked, known answers left out. */
  readonly fresh: () => Latent[];
}

/** @param known answers of a run that broke off, oldest first: denoisers are not asked for them again. */
export function replay(known: readonly Latent[]): Replay {
  let asked = 0;
  let answers: Latent[] = [];
  return {
    of: (denoise) => async (x, sigma, which) => {
      const before = known[asked++];
      if (before) return before;
      const answer = await denoise(x, sigma, which);
      answers.push(answer);
      return answer;
    },
    fresh() {
      const all = answers;
      answers = [];
      return all;
    },
  };
}
