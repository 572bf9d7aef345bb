/** Everything the album's window needs, fetched as one chunk. */
export { AlbumView } from './album-view.svelte';
export { default as AlbumWindow } from './AlbumWindow.svelte';
