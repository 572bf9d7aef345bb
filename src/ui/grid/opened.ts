import type { Library } from '../models/library.svelte';
import type { Studio } from '../make/studio.svelte';
import { tabStorage } from '../settings/persisted.svelte';
import { Grid } from './grid.svelte';
import { StudioGridHost } from './studio-host';

/** The grid of this page; its axes are remembered. */
export const gridOf = (studio: Studio, library: Library): Grid =>
  new Grid(new StudioGridHost(studio, library), tabStorage());
