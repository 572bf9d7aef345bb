/** All that the page says, in English, which is in the page from the start. */
import { app } from './app';
import { changes } from './changes';
import { controls } from './controls';
import { files } from './files';
import { format } from './format';
import { inspecting } from './inspecting';

export const en = {
  app,
  changes,
  controls,
  files,
  format,
  inspecting,
};

/** What each language must be able to say. */
export type Words = typeof en;
