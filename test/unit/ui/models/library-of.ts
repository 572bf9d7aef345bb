import type { EngineApi, LocalFile, LocalModel, ModelEntry } from '../../../../src/engine/api';
import type { Remote } from '../../../../src/engine/rpc';
import { DrobeError } from '../../../../src/errors';
import { Library } from '../../../../src/ui/models/library.svelte';
import type { UsableModel } from '../../../../src/ui/models/entries';
import { engine, full, fakeStorage } from '../fake';

/**
 * A library of these models.
 * @param calls of the engine, in place of those that import any file but a bad one.
 * @param items what is stored from an earlier visit.
 * @param worked changes whenever somebody works with what is chosen.
 */
export function libraryOf(
  entries: ModelEntry[],
  calls: Partial<Remote<EngineApi>> = {},
  items: Record<string, string> = {},
  worked?: () => string,
) {
  const chosen: (UsableModel | null)[] = [];
  const library = new Library(
    engine({
      // oxlint-disable-next-line require-yield -- a call that only answers
      models: async function* () {
        return entries;
      },
      // oxlint-disable-next-line require-yield -- a call that only answers
      gather: async function* (_, files) {
        return { models: files.map((local) => modelIn(local.file.name, local)), refused: [], settings: [] };
      },
      install: async function* (_, file) {
        if (file.name.startsWith('bad')) throw new DrobeError('file-is-html');
        yield { doneBytes: 1, totalBytes: 2 };
        return full(file.name.replace('.safetensors', ''));
      },
      ...calls,
    }),
    (model) => chosen.push(model),
    fakeStorage(items),
    worked,
  );
  return { library, chosen, items };
}

/** A model in these files. */
export const modelIn = (name: string, ...files: LocalFile[]): LocalModel => ({
  name,
  bytes: files.length,
  layout: { head: new Uint8Array(), ranges: files.map((file) => ({ file, begin: 0, end: 1 })) },
});

export const file = (name: string) => {
  const made = new File(['x'], `${name}.safetensors`);
  return { file: made, path: made.name };
};
