import { createContext } from 'svelte';
import type { Downloads } from './models/downloads.svelte';
import type { Lens } from './inspect/lens.svelte';
import type { Library } from './models/library.svelte';
import type { Studio } from './make/studio.svelte';
import type { Vault } from './models/vault.svelte';

export const [getStudio, setStudio] = createContext<Studio>();
export const [getLibrary, setLibrary] = createContext<Library>();
export const [getLens, setLens] = createContext<Lens>();
export const [getDownloads, setDownloads] = createContext<Downloads>();
export const [getVault, setVault] = createContext<Vault>();
