/** All that the page says, in English, which is in the page from the start. */
import { album } from './album';
import { app } from './app';
import { changes } from './changes';
import { controls } from './controls';
import { files } from './files';
import { format } from './format';
import { inspecting } from './inspecting';
import { numbers } from './numbers';
import { outgoing } from './outgoing';
import { paint } from './paint';
import { pictures } from './pictures';
import { prompts } from './prompts';
import { redraw } from './redraw';
import { styles } from './styles';

export const en = {
  album,
  app,
  changes,
  controls,
  files,
  format,
  inspecting,
  numbers,
  outgoing,
  paint,
  pictures,
  prompts,
  redraw,
  styles,
};

/** What each language must be able to say. */
export type Words = typeof en;
