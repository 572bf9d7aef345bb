/** All that the album's window needs, to be fetched at once. */
export { AlbumView } from './album-view.svelte';
export { default as AlbumWindow } from './AlbumWindow.svelte';
