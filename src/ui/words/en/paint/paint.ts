/** What is said while somebody paints. */
import type { Tool } from '../../../paint/board.svelte';
import { painting } from './painting';

export const paint = {
  /** Where a tool is, in pixels of the picture, and whether it works. */
  brush(tool: Tool, { x, y }: { x: number; y: number }, works: boolean): string {
    const doing = works ? (tool === 'eraser' ? ', erasing' : ', painting') : '';
    return `${painting.tools[tool]} at ${Math.floor(x)}, ${Math.floor(y)}${doing}`;
  },

  /** How much of a picture is masked, from 0 to 1. */
  masked(share: number): string {
    if (share === 0) return 'Nothing is masked';
    return share < 0.01
      ? 'Less than 1 % of the picture is masked'
      : `${Math.round(100 * share)} % of the picture is masked`;
  },
};
