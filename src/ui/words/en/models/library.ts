/** What is said where models are chosen, imported, listed, renamed and removed. */
import type { ModelEntry } from '../../../../engine/api';
import { clean } from '../../format';
import { rich, type Rich } from '../../rich';
import { format } from '../format';

const { bytes, count } = format;

/** Where a model lies. */
const origins: Readonly<Record<ModelEntry['origin'], string>> = {
  stored: 'imported',
  arriving: 'being imported',
  linked: 'used in place',
  served: 'from the models folder',
};

export const library = {
  model: 'Model',
  looking: 'Looking for models…',
  noModel: 'No model yet',
  begin: rich(
    'Drop a Stable Diffusion ',
    { code: '.safetensors' },
    ' file anywhere on this page to begin, or download one.',
  ),
  importModel: 'Import model',
  folder: 'Folder',
  importFolder: 'Import a folder',
  folderTitle: 'A model in a folder, as diffusers keeps it',
  borrowedParts: 'Borrowed parts',

  /** @param number which of so many files. */
  importing: (file: string, number: number, of: number): Rich => [
    'Importing ',
    { strong: clean(file, 60) },
    of > 1 ? `, file ${number} of ${of}` : '',
  ],
  amount: (done: number, total: number): string => `${bytes(done)} of ${bytes(total)}`,
  importProgress: 'Import',
  usableNow: 'You can draw with it already. Keep this page open until the import is done.',
  stopImport: 'Stop import',
  /** @param others how many files were still to come. */
  importStopped: (file: string, others: number): string =>
    `The import of ${clean(file, 60)}${others > 0 ? ` and ${count(others)} more` : ''} was stopped.`,
  tryAgain: 'Try again',

  onDevice: (models: number): string => `Models on this device (${models})`,
  origins,
  unusedTensors: (tensors: number): string =>
    `${count(tensors)} of its tensors ${tensors === 1 ? 'is' : 'are'} not used.`,
  inspect: 'Inspect',
  inspectNamed: (name: string): string => `Inspect ${name}`,
  choose: 'Use it',
  remove: 'Remove…',
  removeNamed: (name: string): string => `Remove ${name}`,
  removeAsked: (name: string): string => `Remove ${name}?`,
  forgetHint: 'Forget this model? Its file stays where it is.',
  removeHint: 'Remove this copy from the browser? The file you imported stays where it is.',
  keep: 'Keep',
  withoutCopy: 'Import without a copy: read files from where they lie',
  storage: 'Storage…',

  rename: 'Rename…',
  renameNamed: (name: string): string => `Rename ${name}`,
  newNameOf: (name: string): string => `New name of ${name}`,
  takeName: 'Rename',
};
