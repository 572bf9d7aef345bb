/** All that the page says, in English, which is in the page from the start. */
import { app } from './app';
import { changes } from './changes';
import { format } from './format';

export const en = {
  app,
  changes,
  format,
};

/** What each language must be able to say. */
export type Words = typeof en;
