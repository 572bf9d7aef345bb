/**
 * The importer: copies what a person brings into the database. Runs in a worker of its own, which lives only while models
 * are copied: the engine may be busy for seconds at a time, or die.
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
