import { expect, it } from 'vitest';
import { guidanceEmbedding } from '../../../src/nets/unet';

/**
 * By torch 2.13 from diffusers' formula, of scale − 1: w = 1000 · w; f = exp(−arange(half) · log(10000) / (half − 1));
 * cat(sin(w · f), cos(w · f)), all in float32.
 */
const REFERENCE = [
  [8, 256, { 0: 0.5068854, 1: 0.8042871, 2: -0.8604797, 64: -0.9993135, 127: 0.6442176 }, 7.9692446],
  [8, 256, { 128: 0.8620135, 129: 0.5942408, 255: 0.7648422 }, 7.9692446],
  [1.7, 256, { 0: 0.5439705, 1: -0.660748, 128: -0.8391043, 255: 0.997551 }, 48.2032147],
  [8.5, 16, { 0: -0.8512359, 4: 0.9115153, 7: 0.6816387, 8: -0.5247833, 15: 0.7316889 }, 2.0474068],
  [1, 256, { 0: 0, 127: 0, 128: 1, 255: 1 }, 128],
] as const;

it.each(REFERENCE)('a guidance scale of %f in %i numbers', (scale, width, some, sum) => {
  const embedding = guidanceEmbedding(scale, width);
  expect(embedding).toHaveLength(width);
  for (const [i, value] of Object.entries(some)) expect(embedding[Number(i)]).toBeCloseTo(value, 5);
  expect(embedding.reduce((total, v) => total + v, 0)).toBeCloseTo(sum, 3);
});
