import type { Mode } from '../../../settings/settings';
import type { Rich } from '../../rich';

/** What somebody is told who is here for the first time, and what stands where there is nothing yet. */
export const welcome = {
  title: 'To begin with',
  miniature: [
    'The model that comes along is a ',
    { strong: 'miniature' },
    ': some eighty words, such as “red apple”, at 96 × 96 pixels.',
  ] as Rich,
  models: [
    'For ',
    { strong: 'more' },
    ', bring a Stable Diffusion file, ',
    { code: '.safetensors' },
    ': drop it anywhere on this page, or press Import model. Hugging Face and Civitai have them.',
  ] as Rich,
  kept: ['Saved pictures ', { strong: 'carry their settings' }, ': drop one here to go on from it.'] as Rich,
  find: 'Find a model',
  understood: 'Got it',
  /** The model that is chosen is the one that comes along. */
  small: 'A miniature, which knows some eighty words.',
  noModel: 'Drop a Stable Diffusion file here, and it can draw.',
  how: {
    text: 'Say what it should show, and press Generate.',
    image: 'Choose, drop or paste a picture, to have it drawn anew.',
    inpaint: 'Choose, drop or paste a picture, to paint over what should change.',
    outpaint: 'Choose, drop or paste a picture, to go on beyond its edges.',
    instruct: 'Choose, drop or paste a picture, and say what to change.',
  } satisfies Record<Mode, string> as Readonly<Record<Mode, string>>,
};
