import type { Sheet } from '../../../canvas/sheet';
import type { Changes } from '../../controls/changes.svelte';
import type { MaskBoard } from '../../paint/board.svelte';

/**
 * For a window that is closed without taking over what was painted in it: undo opens it again, with the strokes and their own
 * undo.
 * @param words the notice's text. @param reopen opens the window with what was painted.
 */
export function reopenByUndo(
  board: Pick<MaskBoard, 'sheet' | 'canUndo' | 'canRedo'>,
  changes: Changes,
  words: string,
  reopen: (sheet: Sheet) => void,
): void {
  const { sheet } = board;
  if (board.canUndo || board.canRedo) changes.add({ words, undo: () => reopen(sheet) });
}
