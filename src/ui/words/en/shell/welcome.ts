import type { Mode } from '../../../settings/settings';
import { rich } from '../../rich';

/** What somebody is told who is here for the first time, and what stands where there is nothing yet. */
export const welcome = {
  title: 'To begin with',
  miniature: rich(
    'The included model is a ',
    { strong: 'miniature' },
    ': it knows some eighty words, such as “red apple”, and draws 96 × 96 pixels.',
  ),
  models: rich(
    'For ',
    { strong: 'more' },
    ', bring a Stable Diffusion file, ',
    { code: '.safetensors' },
    ': drop it anywhere on this page, or press Import model. Hugging Face and Civitai have them.',
  ),
  kept: rich('Saved pictures ', { strong: 'carry their settings' }, ': drop one here to go on from it.'),
  find: 'Find a model',
  understood: 'Got it',
  /** The model that is chosen is the one that comes along. */
  small: 'A miniature that knows some eighty words.',
  noModel: 'Drop a Stable Diffusion file here to draw with it.',
  how: {
    text: 'Say what it should show, and press Generate.',
    image: 'Choose, drop or paste a picture to redraw.',
    inpaint: 'Choose, drop or paste a picture, and paint over what should change.',
    outpaint: 'Choose, drop or paste a picture to extend beyond its edges.',
    instruct: 'Choose, drop or paste a picture, and say what to change.',
  } satisfies Record<Mode, string> as Readonly<Record<Mode, string>>,
};
