/** What is said of files that are brought. */
import type { Rich } from '../../rich';

export const files = {
  dropHere: 'Drop it here',
  dropPicture: 'A picture to start from. Over a control: the picture that guides.',
  /** @param inPlace whether they are read from where they lie. */
  dropModel: (inPlace: boolean): Rich => [
    'Or Stable Diffusion checkpoints, ',
    { code: '.safetensors' },
    `, or a model's folder: ${inPlace ? 'they are read from where they lie.' : 'they are copied into this browser and stay there.'}`,
  ],
  /** What files of models are called where the system asks for some. */
  models: 'Models',
  toStartFrom: 'To start from',
};
