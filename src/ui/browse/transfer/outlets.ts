/** How files leave the page. */
import { saveFile } from '../../files/save';

/** What the browser has for it; undefined where it has no such thing. */
export interface Outlets {
  /** Asks where a file is to lie, and under which name. */
  readonly pickFile: ((name: string) => Promise<FileSystemFileHandle>) | undefined;
  readonly pickFolder: (() => Promise<FileSystemDirectoryHandle>) | undefined;
  readonly save: (file: Blob, name: string) => void;
}

/** Those of this browser. */
export function outlets(): Outlets {
  const here: Partial<Pick<typeof globalThis, 'showSaveFilePicker' | 'showDirectoryPicker'>> = globalThis;
  const types = [{ description: 'ZIP', accept: { 'application/zip': ['.zip' as const] } }];
  return {
    pickFile: here.showSaveFilePicker && ((suggestedName) => showSaveFilePicker({ suggestedName, types })),
    pickFolder: here.showDirectoryPicker && (() => showDirectoryPicker({ mode: 'readwrite' })),
    save: saveFile,
  };
}
