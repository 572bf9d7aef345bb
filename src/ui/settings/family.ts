/** Families of models, as their facts name them. */

/**
 * Whether an addition that was made for models of one family is for those of another name, too: inpainting models have longer
 * names, and InstructPix2Pix is of the first family.
 */
export const isForFamily = (base: string, family: string): boolean =>
  family.startsWith(base) || (family === 'InstructPix2Pix' && base === 'Stable Diffusion 1.x');
