import type { Library } from '../models/library.svelte';
import type { Studio } from '../make/studio.svelte';
import { tabShelf } from '../settings/persisted.svelte';
import { Grid } from './grid.svelte';
import { StudioHands } from './studio-hands';

/** The grid of this page; its axes are remembered. */
export const gridOf = (studio: Studio, library: Library): Grid =>
  new Grid(new StudioHands(studio, library), tabShelf());
