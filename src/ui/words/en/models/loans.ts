/** What is said of the parts that a model has, lacks, and borrows from other files. */
import type { Lacking, ModelFacts } from '../../../../engine/api';
import { clean } from '../../format';

/** Which parts are in a model's file, where not all are, or T5 may be: "without VAE, with T5". */
const holdsWords = ({ lacks, t5 }: ModelFacts): string =>
  [
    ...(lacks === undefined ? [] : [`without ${clean(lacks, 60)}`]),
    ...(t5 === undefined ? [] : [t5 ? 'with T5' : 'without T5']),
  ].join(', ');

/** @param lacks the parts: "VAE and text encoder". */
const lackWords = (lacks: string): string =>
  `This file has no ${clean(lacks, 60)} of its own and borrows from others on this device.`;

interface LentWords {
  /** What its field is called. */
  readonly label: string;
  /** What to do where nothing lends it. */
  readonly none: string;
  /** The choice to do without, where that is one. */
  readonly without?: string;
}

const lentWords: Record<Lacking['part'], LentWords> = {
  vae: {
    label: 'VAE from',
    none: 'Nothing here has a VAE that fits. Import one (vae/diffusion_pytorch_model.safetensors of its folder), or a whole checkpoint of the same family.',
  },
  text: {
    label: 'Text encoder from',
    none: 'Nothing here has a text encoder that fits. Import one (text_encoder/model.safetensors of its folder, or clip_l.safetensors), or a whole checkpoint of the same family.',
  },
  text2: {
    label: 'Second text encoder from',
    none: 'Nothing here has a second text encoder that fits. Import one (text_encoder_2/model.safetensors of its folder, or clip_g.safetensors), or a whole checkpoint of the same family.',
  },
  t5: {
    label: 'T5 from',
    none: 'T5 is not here. Pictures are drawn without it: they follow long prompts less closely, and misspell more. To add it, import t5xxl_fp16.safetensors or t5xxl_fp8_e4m3fn.safetensors.',
    without: 'None: draw without T5',
  },
  tokenizer: {
    label: 'Tokenizer of T5 from',
    none: 'T5 cannot read without its tokenizer, so pictures are drawn without T5. Import tokenizer.json: it is in the folder tokenizer_3 of the model, and under “Download a model”.',
  },
};

export const loans = {
  holds: holdsWords,
  lack: lackWords,
  lent: lentWords,
};
