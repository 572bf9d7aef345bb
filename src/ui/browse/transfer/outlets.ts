/** How files leave the page. */
import { saveFile } from '../../files/save';

/** The browser's ways to save files; undefined where it lacks one. */
export interface Outlets {
  /** Asks where to save a file, and under which name. */
  readonly pickFile: ((name: string) => Promise<FileSystemFileHandle>) | undefined;
  readonly pickFolder: (() => Promise<FileSystemDirectoryHandle>) | undefined;
  readonly save: (file: Blob, name: string) => void;
}

/** The ways that this browser has. */
export function outlets(): Outlets {
  const here: Partial<Pick<typeof globalThis, 'showSaveFilePicker' | 'showDirectoryPicker'>> = globalThis;
  const types = [{ description: 'ZIP', accept: { 'application/zip': ['.zip' as const] } }];
  return {
    pickFile: here.showSaveFilePicker && ((suggestedName) => showSaveFilePicker({ suggestedName, types })),
    pickFolder: here.showDirectoryPicker && (() => showDirectoryPicker({ mode: 'readwrite' })),
    save: saveFile,
  };
}
