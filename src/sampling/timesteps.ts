/** diffusers' timestep spacings. */
import type { Spacing } from './settings';
import { linspace, roundEven } from './numbers';

/**
 * So many of the trained timesteps, from noise to picture.
 * @param offset what is added to 'leading' ones, so that they do not end at 0.
 */
export function spaced(spacing: Spacing, count: number, trained: number, offset = 1): number[] {
  const each = <T>(f: (i: number) => T) => Array.from({ length: count }, (_, i) => f(i));
  switch (spacing) {
    case 'linspace':
      return linspace(0, trained - 1, count).reverse();
    case 'leading': {
      // At least 1: DPM++ lays out 1001 of 1000, and with a stride of 0 would stay at t = 1 all the way.
      const stride = Math.max(1, Math.floor(trained / count));
      return each((i) => (count - 1 - i) * stride + offset);
    }
    case 'trailing': {
      const stride = trained - (trained - trained / count); // as numpy's arange has it, rounding and all
      return each((i) => roundEven(trained - i * stride) - 1);
    }
  }
}
