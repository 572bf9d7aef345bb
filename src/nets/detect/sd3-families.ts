/** The families of Stable Diffusion 3, a row each: how an MMDiT's weights tell them apart, and facts that weights do not tell. */
import type { Shape } from '../../graph/graph';
import { xlTexts, type Family, type Widths } from '../families';
import type { Model } from '../model';

export interface MMDiTFamily extends Family {
  /** Names of weights, in any block, that families further down do not have. */
  readonly sign: RegExp;
  /** Its makers' settings. */
  readonly recommended: Pick<Model['recommended'], 'steps' | 'guidance'>;
}

/** CLIP ViT-L's share of the width of both CLIP encoders: 768 of 2048, in whole heads of 64. */
const shareOfL = ({ labelWidth }: Widths): number => 64 * Math.floor(((labelWidth ?? 0) * 768) / 2048 / 64);

const [xlClipL, xlClipG] = xlTexts;

const sd3: MMDiTFamily = {
  name: 'Stable Diffusion 3',
  sign: /./,
  // SDXL's, but CLIP ViT-L gives a pooled prompt, too: without its projection, as in Stability AI's program and ComfyUI.
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
