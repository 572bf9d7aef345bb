/** All that the page says, in Lithuanian, which is fetched when it is spoken. */
import type { Words } from '../en';
import { app } from './app';
import { changes } from './changes';
import { format } from './format';

export const lt: Words = {
  app,
  changes,
  format,
};
