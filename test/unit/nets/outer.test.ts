import { expect, test } from 'vitest';
import type { Graph, Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { outerUNetGraph, wholeUNetGraph } from '../../../src/nets/graphs';
import { distilled, normal, stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';

const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };

/** Megabytes of weights, and how many ops there are. */
const weighed = ({ placements, nodes }: Graph): { megabytes: number; nodes: number } => ({
  megabytes: Math.round(placements.reduce((sum, { length }) => sum + length, 0) / 1e6),
  nodes,
});

test.each([
  ['Stable Diffusion 1.5', stableDiffusion15, 64, 42],
  ['Stable Diffusion XL', stableDiffusionXL, 128, 47],
  ['a UNet that was made smaller', distilled, 64, 44],
] as [string, () => Shapes, number, number][])(
  'the outermost blocks hold few of the weights: %s',
  (_, tensorsOf, side, megabytes) => {
    const tensors = normal(tensorsOf());
    const { model } = recognise({ tensors, metadata: new Map() });
    const size = { batch: 2, h: side, w: side };
    const whole = wholeUNetGraph({ model, tensors }, target, size);
    const outer = outerUNetGraph({ model, tensors }, target, size);
    const [all, few] = [weighed(whole), weighed(outer)];
    console.info(`${few.megabytes} of ${all.megabytes} MB, ${few.nodes} of ${all.nodes} ops`);
    expect(few.megabytes).toBe(megabytes);
    expect(few.megabytes / all.megabytes).toBeLessThan(0.05);
    const keys = new Set(whole.placements.map(({ key }) => key));
    expect(outer.placements.filter(({ key }) => !keys.has(key))).toEqual([]);
  },
);
