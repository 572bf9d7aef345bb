/** Other sizes, as torch and Pillow make them. */
import { describe, expect, it } from 'vitest';
import { resample, type Extent, type Kernel as AnyKernel } from '../../src/canvas/resample';
import expected from './data/resample/expected.json';

/** OpenCV's is compared where hints are. */
type Kernel = Exclude<AnyKernel, 'area'>;

interface Case {
  readonly from: Extent;
  readonly to: Extent;
  readonly input: readonly number[];
  readonly outputs: Readonly<Record<Kernel, readonly number[]>>;
}

describe.each(expected as readonly Case[])('from $from.h × $from.w to $to.h × $to.w', (sample) => {
  it.each(Object.entries(sample.outputs) as [Kernel, readonly number[]][])('%s', (kernel, wanted) => {
    const out = resample(Float32Array.from(sample.input), sample.from, sample.to, kernel);
    expect(out).toHaveLength(wanted.length);
    const worst = out.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i]!)), 0);
    expect(worst).toBeLessThan(2e-6);
  });
});
