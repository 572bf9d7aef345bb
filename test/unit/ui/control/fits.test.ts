/** Which control models are offered for a model, and what is said of the others. */
import { expect, it } from 'vitest';
import { fits, meantFor } from '../../../../src/ui/control/nets';
import { canny, netOf, union } from './nets';

const miniature = { family: 'Stable Diffusion 1.x', textWidth: 128 };
const full = { family: 'Stable Diffusion 1.x', textWidth: 768 };
const small = netOf('mini-sd-canny', { textWidth: 128 });

it('a control model fits models of its family that are as wide as its own', () => {
  expect([fits(small, miniature), fits(small, full)]).toEqual([true, false]);
  expect(meantFor(small, full)).toBe('Stable Diffusion 1.x of another size');
  expect(fits(union, full)).toBe(false);
  expect(meantFor(union, full)).toBe('Stable Diffusion XL');
});

it('what was imported before widths were told fits all of its family', () => {
  expect(fits(canny, miniature)).toBe(true);
  expect(fits(small, { family: 'Stable Diffusion 1.x' })).toBe(true);
});

it('models for instructions are of the first family', () => {
  expect(fits(small, { family: 'InstructPix2Pix', textWidth: 128 })).toBe(true);
});
