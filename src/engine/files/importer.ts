/**
 * The importer: copies what a person brings into the database. Runs in a worker of its own, which is there only while models
 * are copied: the engine may be busy with a picture, for seconds at a time, and may end with it.
 */
import type { ImporterApi } from '../api';
import { serve } from '../rpc';
import { installModel } from './imports';

const api: ImporterApi = {
  install: (model) =>
    async function* ({ signal }) {
      return yield* installModel(model, signal);
    },
};

serve(self, api);
