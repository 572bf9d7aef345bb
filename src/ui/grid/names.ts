/** What a grid can vary. */
import type { GridAxis } from '../../recipe/infotext/grid';

/** The axes in the order in which they are offered; A1111's, with what it has not behind them. */
export const axisNames = [
  ...(['none', 'seed', 'variationSeed', 'variationStrength', 'steps', 'hiresSteps', 'guidance'] as const),
  ...(['imageGuidance', 'replace', 'sampler', 'schedule', 'model', 'strength', 'clipSkip', 'vae'] as const),
  ...([
    'styles',
    'size',
    'lora',
    'hiresUpscaler',
    'hiresStrength',
    'eta',
    'shift',
    'guidanceRescale',
  ] as const),
] as const satisfies readonly AxisName[];
export type AxisName = 'none' | GridAxis;
