/** Every key the page listens to: one table, which both acts and is shown. */
import type { Command } from '../controls/keys';
import { painting } from '../paint/keys';
import type { Studio } from './studio.svelte';
import { words } from '../words/language.svelte';

type StudioCommand = Command<Studio>;

export const general: readonly StudioCommand[] = [
  {
    keys: ['Ctrl+Enter'],
    words: () => words.keys.generate,
    run: (studio) => void studio.press(),
    typing: ['Ctrl+Enter'],
  },
  {
    keys: ['Ctrl+Shift+Enter'],
    words: () => words.queue.forever,
    run: (studio) => void studio.ordering.toggleForever(),
    typing: ['Ctrl+Shift+Enter'],
  },
  {
    keys: ['Escape', 'Shift+X'],
    words: () => words.keys.cancel,
    run: (studio) => {
      const { board } = studio.place;
      if (board.isPainting) board.cancel();
      else studio.cancel();
    },
    typing: ['Escape'],
  },
];

/** For the pictures that were made. */
export const amongPictures: readonly StudioCommand[] = [
  {
    keys: ['ArrowLeft'],
    words: () => words.keys.previousPicture,
    repeats: true,
    run: (studio) => studio.view.leaf(-1),
  },
  {
    keys: ['ArrowRight'],
    words: () => words.keys.nextPicture,
    repeats: true,
    run: (studio) => studio.view.leaf(1),
  },
  { keys: ['U'], words: () => words.keys.enlarge, run: (studio) => void studio.larger.enlarge() },
];

/** While the mask canvas is not in view. */
export const outsidePainting: readonly StudioCommand[] = [
  { keys: ['Ctrl+Z'], words: () => words.keys.undoTold, run: ({ changes }) => changes.undo() },
];

/** The commands of the mask canvas, with the studio as what they act on. */
export const whilePainting: readonly StudioCommand[] = painting.map((command) => ({
  ...command,
  run: ({ place }) => command.run(place),
}));

/** While the frame to go on beyond the picture's edges is in view: what is announced is undone first, then what was moved last. */
export const whileFraming: readonly StudioCommand[] = [
  {
    keys: ['Ctrl+Z'],
    words: () => words.controls.undo,
    repeats: true,
    run: ({ place, changes }) =>
      changes.news === null && place.frame.canUndo ? place.stepFrame('undo') : changes.undo(),
  },
  {
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    words: () => words.controls.redo,
    repeats: true,
    run: ({ place }) => {
      if (place.frame.canRedo) place.stepFrame('redo');
    },
  },
];

/** The commands that apply now. */
export function commandsNow(studio: Studio): readonly StudioCommand[] {
  if (studio.view.drawing) return [...general, ...outsidePainting];
  if (studio.view.shown) return [...general, ...outsidePainting, ...amongPictures];
  const { mode, source } = studio.place;
  if (source.current && mode === 'inpaint') return [...general, ...whilePainting];
  return source.current && mode === 'outpaint'
    ? [...general, ...whileFraming]
    : [...general, ...outsidePainting];
}
