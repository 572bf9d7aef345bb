/** The noise levels of k-diffusion's, A1111's and ComfyUI's schedules, and their way from sigma to timestep. */
import { afterAll, describe, expect, it } from 'vitest';
import { scheduleNamed, chosenBy } from '../../src/sampling/labels';
import { plan } from '../../src/sampling/plan';
import type { Course } from '../../src/sampling/plans/course';
import type { Plan } from '../../src/sampling/sampler';
import type { Like, Sampling } from '../../src/sampling/settings';
import { exponential, karras, polyexponential } from '../../src/sampling/sigmas';
import { stableDiffusionBetas as betas } from './betas';
import { goldenJson, present } from './root';

const folder = 'kdiff/sigmas';
const json = (name: string): unknown => goldenJson(`${folder}/${name}.json`);
type Levels = Readonly<Record<string, readonly (number | 'nan')[]>>;
type BySteps = Readonly<Record<string, Levels>>;

const planned = (like: Like, more: Partial<Sampling>, course: Omit<Course, 'noise'>): Plan =>
  plan(
    { sampler: 'Euler', schedule: 'Automatic', spacing: 'leading', like, ...more },
    { noise: betas, ...course },
  );
const levelsOf = ({ points }: Plan): number[] => [...points.map(({ sigma }) => sigma), points.at(-1)!.next];

let worst = 0;
let compared = 0;

function expectLevels(ours: readonly number[], theirs: readonly (number | 'nan')[]): void {
  expect(ours).toHaveLength(theirs.length);
  for (const [i, level] of theirs.entries()) {
    if (level === 'nan') continue; // a slip of the original, for a single step
    const apart = level === 0 ? Math.abs(ours[i]!) : Math.abs(ours[i]! / level - 1);
    worst = Math.max(worst, apart);
    compared += 1;
    expect(apart, `level ${i}: ${ours[i]!}, not ${level}`).toBeLessThan(1e-5);
  }
}

afterAll(() => console.info(`${compared} levels: worst ${worst.toExponential(1)} of each`));

if (present(`${folder}/k_diffusion.json`))
  describe('k-diffusion', () => {
    const functions: Readonly<Record<string, (n: number) => number[]>> = {
      'uniform (get_sigmas)': (n) => levelsOf(planned('A1111', { schedule: 'Uniform' }, { steps: n })),
      karras: (n) => [...karras(n, ...ends), 0],
      'karras_rho5_0.1_10': (n) => [...karras(n, 0.1, 10, 5), 0],
      exponential: (n) => [...exponential(n, ...ends), 0],
      polyexponential: (n) => [...polyexponential(n, ...ends), 0],
      polyexponential_rho2: (n) => [...polyexponential(n, ...ends, 2), 0],
    };
    const ends = [0.02916753478348255, 14.614642143249512] as const;
    const { steps } = json('k_diffusion') as { steps: BySteps };
    it.each(Object.keys(steps))('%s steps', (n) => {
      for (const [name, levels] of Object.entries(steps[n]!)) {
        const own = functions[name];
        if (own) expectLevels(own(Number(n)), levels);
      }
    });
  });

if (present(`${folder}/a1111.json`))
  describe('A1111’s schedule types', () => {
    const models = json('a1111') as Readonly<Record<string, BySteps>>;
    const rows = (['sd', 'sdxl'] as const).flatMap((model) =>
      Object.entries(models[model] ?? {}).flatMap(([steps, levels]) =>
        Object.entries(levels).map(([label, theirs]) => ({ model, steps: Number(steps), label, theirs })),
      ),
    );
    it.each(rows)('$model, $label, $steps steps', ({ model, steps, label, theirs }) => {
      const schedule = scheduleNamed(label);
      expect(schedule).not.toBe(null);
      const made = planned('A1111', { schedule: schedule! }, { steps, xl: model === 'sdxl' });
      expectLevels(levelsOf(made), theirs);
    });
  });

if (present(`${folder}/a1111_per_sampler.json`))
  describe('what A1111’s samplers get', () => {
    const { cases, img2img } = json('a1111_per_sampler') as {
      cases: {
        sampler: string;
        schedule_type: string;
        steps: number;
        kind: string;
        values: number[];
        options: { always_discard_next_to_last_sigma?: boolean };
      }[];
      img2img: { steps: number; denoising_strength: number; img2img_fix_steps: boolean; t_enc: number }[];
    };

    // From 20 steps on Restart makes other levels of these; its trajectories prove those.
    const proven = cases.filter(({ sampler, steps }) => sampler !== 'Restart' || steps < 20);
    it.each(proven)('$sampler, $schedule_type, $steps steps, $options', (row) => {
      const { steps, kind, values, options } = row;
      const discardPenultimate = options.always_discard_next_to_last_sigma;
      const more = {
        ...chosenBy(row.sampler, row.schedule_type)!,
        ...(discardPenultimate && { discardPenultimate }),
      };
      if (kind === 'sigmas') return expectLevels(levelsOf(planned('A1111', more, { steps })), values);
      // UniPC makes as many steps as there are timesteps, of its own.
      if (more.sampler === 'UniPC')
        return expect(planned('A1111', more, { steps }).points).toHaveLength(values.length);
      const made = planned('A1111', more, { steps });
      // Of one timestep A1111 makes no step, and leaves the noise as it is.
      if (values.length < 2) return expect(made.points).toHaveLength(1);
      expect(levelsOf(made).map(made.timestep)).toEqual(values.toReversed());
    });

    it.each(img2img)(
      'of a picture: $steps steps, strength $denoising_strength, all steps: $img2img_fix_steps',
      (row) => {
        const { steps, denoising_strength: strength, img2img_fix_steps: allSteps, t_enc } = row;
        const { points } = planned('A1111', { allSteps }, { steps, strength });
        expect(points).toHaveLength(t_enc + 1);
      },
    );
  });

if (present(`${folder}/a1111_alpha_options.json`))
  describe('A1111’s zero terminal SNR', () => {
    const { variants } = json('a1111_alpha_options') as {
      variants: Record<string, { karras_10: number[]; uniform_10: number[] }>;
    };
    it.each(['default', 'zsnr'].filter((name) => variants[name]))('%s', (name) => {
      const { karras_10, uniform_10 } = variants[name]!;
      const more = { zeroSnr: name === 'zsnr' };
      expectLevels(levelsOf(planned('A1111', { ...more, schedule: 'Karras' }, { steps: 10 })), karras_10);
      expectLevels(levelsOf(planned('A1111', { ...more, schedule: 'Uniform' }, { steps: 10 })), uniform_10);
    });
  });

if (present(`${folder}/comfyui.json`))
  describe('ComfyUI’s schedulers', () => {
    const { steps, zsnr, ksampler, align_your_steps_node } = json('comfyui') as {
      steps: BySteps;
      zsnr: BySteps;
      ksampler: { sampler: string; scheduler: string; steps: number; denoise: number; sigmas: number[] }[];
      align_your_steps_node: { model_type: string; steps: number; denoise: number; sigmas: number[] }[];
    };

    it.each(Object.keys(steps))('%s steps, and with zero terminal SNR', (n) => {
      for (const [table, zeroSnr] of [
        [steps, false],
        [zsnr, true],
      ] as const) {
        for (const [name, levels] of Object.entries(table[n] ?? {})) {
          const schedule = scheduleNamed(name);
          if (schedule)
            expectLevels(levelsOf(planned('ComfyUI', { schedule, zeroSnr }, { steps: Number(n) })), levels);
        }
      }
    });

    it.each(ksampler)('KSampler: $sampler, $scheduler, $steps steps, denoise $denoise', (row) => {
      const chosen = chosenBy(row.sampler, row.scheduler)!;
      const course = { steps: row.steps, ...(row.denoise < 1 && { strength: row.denoise }) };
      const made = levelsOf(planned('ComfyUI', chosen, course));
      // UniPC ends a little above 0.
      expectLevels(chosen.sampler === 'UniPC' ? [...made.slice(0, -1), 0] : made, row.sigmas);
    });

    const nodes = align_your_steps_node.filter(
      ({ model_type, denoise }) => model_type !== 'SVD' && denoise === 1,
    );
    it.each(nodes)('AlignYourStepsScheduler: $model_type, $steps steps', ({ model_type, steps, sigmas }) => {
      const made = planned('ComfyUI', { schedule: 'Align Your Steps' }, { steps, xl: model_type === 'SDXL' });
      expectLevels(levelsOf(made), sigmas);
    });
  });

if (present(`${folder}/model_sigmas.json`))
  describe('the timestep of a sigma', () => {
    const { sigma_to_t } = json('model_sigmas') as {
      sigma_to_t: {
        sigma: number;
        k_diffusion_t: number;
        k_diffusion_t_quantized: number;
        comfy_t: number;
      }[];
    };
    it.each(sigma_to_t)('$sigma', ({ sigma, k_diffusion_t, k_diffusion_t_quantized, comfy_t }) => {
      expect(planned('A1111', {}, { steps: 8 }).timestep(sigma)).toBeCloseTo(k_diffusion_t, 3);
      expect(planned('A1111', { wholeTimesteps: true }, { steps: 8 }).timestep(sigma)).toBe(
        k_diffusion_t_quantized,
      );
      expect(planned('ComfyUI', {}, { steps: 8 }).timestep(sigma)).toBe(comfy_t);
    });
  });
