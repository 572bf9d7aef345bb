import type { Sheet } from '../../../canvas/sheet';
import type { Changes } from '../../controls/changes.svelte';
import type { MaskBoard } from '../../paint/board.svelte';

/**
 * A window is closed in which something may have been painted that nobody took. Then that can be taken back: the window opens
 * again, with all that was painted and can be undone.
 * @param words what is said of it. @param again opens the window with what was painted.
 */
export function leave(
  board: Pick<MaskBoard, 'sheet' | 'canUndo' | 'canRedo'>,
  changes: Changes,
  words: string,
  again: (sheet: Sheet) => void,
): void {
  const { sheet } = board;
  if (board.canUndo || board.canRedo) changes.add({ words, undo: () => again(sheet) });
}
