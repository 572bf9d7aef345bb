/** The families of Stable Diffusion 3, a row each: what an MMDiT's weights tell, and what they cannot. */
import type { Shape } from '../../graph/graph';
import { xlTexts, type Family, type Widths } from '../families';
import type { Model } from '../model';

export interface MMDiTFamily extends Family {
  /** What tells its MMDiTs from those of families further down, by the names of weights in any of their blocks. */
  readonly sign: RegExp;
  /** How its makers draw with it. */
  readonly recommended: Pick<Model['recommended'], 'steps' | 'guidance'>;
}

/** Of both CLIP encoders' numbers side by side those that are CLIP ViT-L's: 768 of 2048, in whole heads of 64. */
const shareOfL = ({ labelWidth }: Widths): number => 64 * Math.floor(((labelWidth ?? 0) * 768) / 2048 / 64);

const [xlClipL, xlClipG] = xlTexts;

const sd3: MMDiTFamily = {
  name: 'Stable Diffusion 3',
  sign: /./,
  // Those of SDXL. Of CLIP ViT-L, too, the prompt as a whole is read, as it is: Stability AI's and ComfyUI's go without its projection.
  texts: [
    {
      ...xlClipL,
      width: (read, other) =>
        (read.labelWidth ?? 0) - (other('text2') ?? (read.labelWidth ?? 0) - shareOfL(read)),
      pooled: true,
    },
    { ...xlClipG, width: (read, other) => (read.labelWidth ?? 0) - (other('text') ?? shareOfL(read)) },
  ],
  vae: { scale: 1.5305, shift: 0.0609, float32: false },
  latents: 'sd3',
  emptyIsZero: false,
  prediction: 'flow',
  side: 1024,
  recommended: { steps: 28, guidance: 7 }, // https://huggingface.co/stabilityai/stable-diffusion-3-medium
};

const medium: MMDiTFamily = {
  ...sd3,
  name: 'Stable Diffusion 3.5 Medium',
  sign: /\.x_block\.attn2\./,
  recommended: { steps: 40, guidance: 4.5 }, // https://huggingface.co/stabilityai/stable-diffusion-3.5-medium
};

const large: MMDiTFamily = {
  ...sd3,
  name: 'Stable Diffusion 3.5 Large',
  sign: /\.x_block\.attn\.ln_q\./,
  recommended: { steps: 28, guidance: 3.5 }, // https://huggingface.co/stabilityai/stable-diffusion-3.5-large
};

/** The first row that fits; the last one fits all. @param tensors in normal form. */
export function mmditFamilyOf(tensors: ReadonlyMap<string, { readonly shape: Shape }>): MMDiTFamily {
  const names = [...tensors.keys()].filter((name) => name.startsWith('mmdit.joint_blocks.'));
  return [medium, large].find(({ sign }) => names.some((name) => sign.test(name))) ?? sd3;
}
