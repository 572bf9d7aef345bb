/** k-diffusion's functions, A1111's samplers and ComfyUI's KSampler on a toy network: every x, every call. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Latent } from '../../src/sampling/latent';
import { entry, leftOut, setUp, type Case } from './kdiff-case';
import { goldenBytes, goldenJson, listCases } from './root';
import { parseTensors, worstDifference, type Tensor } from './tensors';

/** Within this much of the largest value. */
const TOLERANCE = 1e-4;

const worst = new Map<string, number>();
const without = new Map<string, string[]>();

const folder = 'kdiff/samplers';
const cases = listCases(folder).map((name) => {
  const facts = goldenJson(`${folder}/${name}/case.json`) as Case;
  const tensors = parseTensors(goldenBytes(`${folder}/${name}/expected.safetensors`).buffer);
  return { name, facts, tensors, reason: leftOut(facts, tensors) };
});
for (const { name, reason } of cases) if (reason) without.set(reason, [...(without.get(reason) ?? []), name]);

describe.runIf(cases.length > 0)('samplers do what k-diffusion, A1111 and ComfyUI do', () => {
  afterAll(() => {
    for (const [what, difference] of [...worst].sort())
      console.info(`${what}: worst ${difference.toExponential(1)} of the largest value`);
    for (const [reason, names] of without)
      console.info(`left out, ${reason}: ${names.length} (${names.join(', ')})`);
  });

  it.each(cases.filter(({ reason }) => !reason))('$name', async ({ facts, tensors }) => {
    const tensor = (key: string): Tensor => tensors.get(key)!;
    const { sampling, start, run } = setUp(facts, tensors);
    const ts = tensor('model_t').data;
    const noises = tensors.get('noises');
    const queries = tensors.get('noise_queries');
    let drawn = 0;
    const noise = (sigma: number, next: number): Latent => {
      if (queries) {
        const [from, to] = entry(queries, drawn) as unknown as [number, number];
        expect(Math.abs(from / sigma - 1)).toBeLessThan(TOLERANCE);
        expect(Math.abs((to || 1) / (next || 1) - 1)).toBeLessThan(TOLERANCE);
      }
      return entry(noises!, drawn++);
    };

    const { xs, final, asked } = await run(start(Float32Array.from(tensor('unit_noise').data)), noise);

    const size = entry(tensor('model_inputs'), 0).length;
    let largest = 0;
    const apart = (ours: Latent, theirs: ArrayLike<number>): number => {
      const scale = Math.max(...Array.from(theirs, Math.abs));
      largest = Math.max(largest, scale);
      return worstDifference(ours, theirs) * scale;
    };
    expect(asked).toHaveLength(ts.length);
    for (const [i, { t, input }] of asked.entries()) {
      expect(Math.abs(t - ts[i]!), `timestep of call ${i}`).toBeLessThan(1e-2);
      const difference = worstDifference(input.slice(0, size), entry(tensor('model_inputs'), i));
      expect(difference, `call ${i}`).toBeLessThan(TOLERANCE);
    }
    const differences = [apart(final, tensor('final').data)];
    const trajectory = tensors.get('trajectory');
    const before = tensors.get('callback_x');
    const rows = [...xs.slice(1), final];
    if (trajectory) {
      expect(rows).toHaveLength(trajectory.shape[0]!);
      // DEIS and iPNDM tell ComfyUI's callback of the first x all the way: the calls prove them.
      const told = ['DEIS', 'iPNDM', 'iPNDM v'].includes(sampling.sampler) ? [] : rows;
      told.forEach((x, i) => differences.push(apart(x, entry(trajectory, i))));
    } else if (before && !facts.callback_x_is.startsWith('after')) {
      expect(xs).toHaveLength(before.shape[0]!);
      xs.forEach((x, i) => differences.push(apart(x, entry(before, i))));
    }
    const difference = Math.max(...differences) / largest;
    const what = `${sampling.sampler} like ${facts.origin.split(' ')[0]}`;
    worst.set(what, Math.max(worst.get(what) ?? 0, difference));
    expect(difference).toBeLessThan(TOLERANCE);
  });
});
