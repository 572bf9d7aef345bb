import { createContext } from 'svelte';
import type { Downloads } from './models/downloads.svelte';
import type { FileInspector } from './inspect/file-inspector.svelte';
import type { Library } from './models/library.svelte';
import type { Studio } from './make/studio.svelte';
import type { ModelStorage } from './models/model-storage.svelte';

export const [getStudio, setStudio] = createContext<Studio>();
export const [getLibrary, setLibrary] = createContext<Library>();
export const [getFileInspector, setFileInspector] = createContext<FileInspector>();
export const [getDownloads, setDownloads] = createContext<Downloads>();
export const [getModelStorage, setModelStorage] = createContext<ModelStorage>();
