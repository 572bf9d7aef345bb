import { createContext } from 'svelte';
import type { Downloads } from './downloads.svelte';
import type { Lens } from './lens.svelte';
import type { Library } from './library.svelte';
import type { Studio } from './studio.svelte';
import type { Vault } from './vault.svelte';

export const [getStudio, setStudio] = createContext<Studio>();
export const [getLibrary, setLibrary] = createContext<Library>();
export const [getLens, setLens] = createContext<Lens>();
export const [getDownloads, setDownloads] = createContext<Downloads>();
export const [getVault, setVault] = createContext<Vault>();
