/** Families of models, as their facts name them. */

/**
 * Whether an addition made for one family fits a model of another name too: inpainting models have longer names, and
 * InstructPix2Pix belongs to the first family.
 */
export const isForFamily = (base: string, family: string): boolean =>
  family.startsWith(base) || (family === 'InstructPix2Pix' && base === 'Stable Diffusion 1.x');
