/** Keys of the album's window: those that act everywhere in it, and all of them for the list of keys. */
import type { Changes } from '../controls/changes.svelte';
import type { Command } from '../controls/keys';
import type { Stars } from '../album/card';
import { words } from '../words/language.svelte';
import type { AlbumView } from './album-view.svelte';
import { NEARER, scaledBy } from './viewer/zoom';

/** What the commands act on. */
export interface Target {
  readonly view: AlbumView;
  readonly changes: Changes;
}

type AlbumCommand = Command<Target>;

const say = () => words.albumView.keys;

const RATING: readonly Stars[] = [0, 1, 2, 3, 4, 5];

/** Gives stars to the selected or open pictures. */
const rating = RATING.map((stars): AlbumCommand => ({
  keys: [String(stars)],
  words: () => say().rate,
  run: ({ view }) => void view.rate(stars),
}));

const removing: AlbumCommand = {
  keys: ['Delete', 'Backspace'],
  words: () => say().delete,
  run: ({ view }) => void view.remove(),
};

const undoing: AlbumCommand = {
  keys: ['Ctrl+Z'],
  words: () => say().undo,
  run: ({ changes }) => changes.undo(),
};

const zooming: readonly AlbumCommand[] = [
  {
    keys: ['+', '='],
    words: () => say().nearer,
    repeats: true,
    run: ({ view }) => (view.zoom = scaledBy(view.zoom, NEARER)),
  },
  {
    keys: ['-'],
    words: () => say().further,
    repeats: true,
    run: ({ view }) => (view.zoom = scaledBy(view.zoom, 1 / NEARER)),
  },
];

/** While a picture is open. */
const leafing: readonly AlbumCommand[] = [
  { keys: ['ArrowLeft'], words: () => say().move, repeats: true, run: ({ view }) => view.leaf(-1) },
  { keys: ['ArrowRight'], words: () => say().move, repeats: true, run: ({ view }) => view.leaf(1) },
  { keys: ['Home'], words: () => say().ends, run: ({ view }) => view.go(0) },
  { keys: ['End'], words: () => say().ends, run: ({ view }) => view.go(view.places.length - 1) },
  { keys: ['S'], words: () => say().play, run: ({ view }) => view.slideshow.toggle() },
];

/** The commands that apply to what is shown. */
export function commandsIn({ seen }: AlbumView): readonly AlbumCommand[] {
  switch (seen) {
    case 'all':
      return [...rating, removing, undoing];
    case 'one':
      return [...rating, removing, undoing, ...leafing, ...zooming];
    case 'two':
      return [undoing, ...zooming];
  }
}

/** All keys for the list, including the grid's own. */
export const shownKeys: readonly Pick<AlbumCommand, 'keys' | 'words'>[] = [
  { keys: ['A'], words: () => words.albumView.open },
  { keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], words: () => say().move },
  { keys: ['Home', 'End'], words: () => say().ends },
  { keys: ['PageUp', 'PageDown'], words: () => say().pages },
  { keys: ['Enter'], words: () => say().enlarge },
  { keys: ['Space'], words: () => say().select },
  { keys: ['Shift+ArrowRight'], words: () => say().extend },
  { keys: ['Ctrl+A'], words: () => say().all },
  { keys: ['1', '2', '3', '4', '5', '0'], words: () => say().rate },
  { keys: ['Delete'], words: () => say().delete },
  undoing,
  { keys: ['/'], words: () => say().search },
  { keys: ['S'], words: () => say().play },
  ...zooming,
  { keys: ['Escape'], words: () => say().back },
];
