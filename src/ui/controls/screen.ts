import { MediaQuery } from 'svelte/reactivity';

/** The page in one column, as on a phone; `design.css`, `app.css` and components have the same width in their media queries. */
export const narrow = new MediaQuery('max-width: 899px');
