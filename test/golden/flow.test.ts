/** diffusers' schedulers for flow matching on a toy network: timesteps, levels, what it is given, and x after every call. */
import { afterAll, describe, expect, it } from 'vitest';
import { asFlow } from '../../src/sampling/flow';
import { mix, scaled, type Latent } from '../../src/sampling/latent';
import { plan } from '../../src/sampling/plan';
import type { SamplerName, Sampling, ScheduleName } from '../../src/sampling/settings';
import { samplers } from '../../src/sampling/table';
import { goldenBytes, goldenJson, listCases } from './root';
import { parseTensors, worstDifference, type Tensor } from './tensors';
import { toyDenoiser } from './toy';

interface Case {
  readonly class: string;
  readonly config: {
    readonly num_train_timesteps: number;
    readonly shift?: number;
    readonly flow_shift?: number;
    readonly use_dynamic_shifting?: boolean;
    readonly shift_terminal?: number | null;
    readonly stochastic_sampling?: boolean;
    readonly use_karras_sigmas?: boolean;
    readonly use_exponential_sigmas?: boolean;
    readonly use_beta_sigmas?: boolean;
    readonly algorithm_type?: string;
    readonly solver_type?: 'bh1' | 'bh2' | 'midpoint' | 'heun';
    readonly solver_order?: number;
    readonly lower_order_final?: boolean;
  };
  readonly num_inference_steps: number | null;
  readonly add_noise_timestep: number;
  readonly k: number;
}

/** What no model that is drawn here asks for; undefined where all is made. */
function leftOut({ config, num_inference_steps: steps }: Case): string | undefined {
  if (steps === null) return 'levels are not given one by one';
  if (config.use_dynamic_shifting) return 'the shift does not depend on the size';
  if (config.shift_terminal) return 'the last level is not moved';
  return undefined;
}

function samplerOf({ class: name, config }: Case): SamplerName {
  const sde = config.algorithm_type?.startsWith('sde') === true;
  switch (name) {
    case 'FlowMatchEulerDiscreteScheduler':
      // Each step goes to the end and comes back with fresh noise.
      return config.stochastic_sampling ? 'LCM' : 'Euler';
    case 'FlowMatchHeunDiscreteScheduler':
      return 'Heun';
    case 'FlowMatchLCMScheduler':
      return 'LCM';
    case 'UniPCMultistepScheduler':
      return 'UniPC';
    case 'DPMSolverMultistepScheduler':
      if (config.solver_order === 3) return sde ? 'DPM++ 3M SDE' : 'DPM++ 3M';
      return sde ? 'DPM++ 2M SDE' : 'DPM++ 2M';
    default:
      throw new Error(`${name} is not known here`);
  }
}

const schedules = [
  ['use_karras_sigmas', 'Karras'],
  ['use_exponential_sigmas', 'Exponential'],
  ['use_beta_sigmas', 'Beta'],
] as const;

function samplingOf(facts: Case): Sampling {
  const { config } = facts;
  const { solver_type: form } = config;
  const schedule: ScheduleName = schedules.find(([key]) => config[key])?.[1] ?? 'Automatic';
  return {
    ...{ sampler: samplerOf(facts), schedule, spacing: 'linspace', like: 'diffusers' },
    ...(config.solver_order !== undefined && { order: config.solver_order }),
    ...(config.lower_order_final !== undefined && { lowerOrderFinal: config.lower_order_final }),
    ...((form === 'bh1' || form === 'bh2') && { unipc: form }),
  };
}

/** As a part of the largest value: theirs reckons in float32. */
const TOLERANCE = 1e-4;

const folder = 'schedulers';
const cases = listCases(folder, (name) => name.startsWith('flow_')).map((name) => {
  const facts = goldenJson(`${folder}/${name}/case.json`) as Case;
  return { name, facts, reason: leftOut(facts) };
});
const offered = cases.filter(({ reason }) => !reason);

const planOf = (facts: Case, strength?: number): ReturnType<typeof plan> => {
  const { config, num_inference_steps: steps } = facts;
  const shift = config.flow_shift ?? config.shift ?? 1;
  return plan(samplingOf(facts), {
    steps: steps!, // given in those that are offered
    noise: { kind: 'flow', shift, steps: config.num_train_timesteps },
    ...(strength !== undefined && { strength }),
  });
};

const entry = ({ shape, data }: Tensor, i: number): Latent => {
  const size = data.length / shape[0]!;
  return Float32Array.from(data.subarray(i * size, (i + 1) * size));
};

const flat = (rows: readonly Latent[]): Latent => Float32Array.from(rows.flatMap((row) => [...row]));

const worst = new Map<string, number>();

describe.runIf(cases.length > 0)('the samplers do what the schedulers for flow matching do', () => {
  afterAll(() => {
    for (const [what, difference] of [...worst].sort())
      console.info(
        `${what} by flow, like diffusers: worst ${difference.toExponential(1)} of the largest value`,
      );
    for (const { name, reason } of cases) if (reason) console.info(`left out, ${reason}: ${name}`);
  });

  it.each(offered)(
    '$name: same timesteps, levels, inputs and x after every call',
    async ({ name, facts }) => {
      const tensors = parseTensors(goldenBytes(`${folder}/${name}/expected.safetensors`).buffer);
      const tensor = (key: string): Tensor => tensors.get(key)!;
      const { sampler } = samplingOf(facts);
      const made = planOf(facts);
      const share = made.share!; // see planOf
      const correction = facts.config.solver_type === 'heun' ? ('heun' as const) : made.solver.correction;
      const p = { ...made, solver: { ...made.solver, correction } };
      const first = scaled(p.scale, Float32Array.from(tensor('unit_noise').data));
      expect(worstDifference(asFlow(first, p.points[0]!.sigma, share), tensor('x_init').data)).toBeLessThan(
        1e-6,
      );

      const { denoise, asked } = toyDenoiser(facts.k, 'flow', null, p);
      let drawn = 0;
      const run = samplers[sampler].sample(denoise, first, p, () => entry(tensor('noises'), drawn++));
      let step = await run.next();
      while (!step.done) step = await run.next();

      const ts = tensor('timesteps').data;
      expect(asked).toHaveLength(ts.length);
      for (const [i, { t }] of asked.entries())
        expect(Math.abs(t - ts[i]!), `timestep ${i}`).toBeLessThan(1e-3);
      const theirs = tensor('sigmas').data;
      for (const [i, { sigma }] of asked.entries())
        expect(Math.abs(share(sigma) - theirs[i]!), `level ${i}`).toBeLessThanOrEqual(1e-5 * theirs[i]!);

      const inputs = flat(asked.map(({ input }) => input));
      const rows = flat([...asked.slice(1).map(({ input }) => input), step.value]);
      const difference = Math.max(
        worstDifference(inputs, tensor('model_inputs').data),
        worstDifference(rows, tensor('trajectory').data),
      );
      worst.set(sampler, Math.max(worst.get(sampler) ?? 0, difference));
      expect(difference).toBeLessThan(TOLERANCE);
    },
  );

  it.each(offered)('$name: a picture is given the noise of the same timestep', ({ name, facts }) => {
    const tensors = parseTensors(goldenBytes(`${folder}/${name}/expected.safetensors`).buffer);
    const tensor = (key: string): Latent => Float32Array.from(tensors.get(key)!.data);
    const whole = planOf(facts);
    const at = whole.points.findIndex(
      ({ sigma }) => Math.abs(whole.timestep(sigma) - facts.add_noise_timestep) < 0.01,
    );
    expect(at).toBeGreaterThanOrEqual(0);
    const n = whole.points.length;
    const p = planOf(facts, (n - at) / n);
    const [{ sigma }] = p.points as [(typeof p.points)[number]];
    const noisy = mix(p.latentScale, tensor('add_noise.clean'), p.scale, tensor('add_noise.noise'));
    expect(worstDifference(asFlow(noisy, sigma, p.share!), tensor('add_noise.out'))).toBeLessThan(1e-5);
  });
});
