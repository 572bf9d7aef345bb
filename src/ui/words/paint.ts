/** What is said while somebody paints by keys. */
import type { Tool } from '../paint/board.svelte';

/** Where a tool is, in pixels of the picture, and whether it works. */
export function brushWords(tool: Tool, { x, y }: { x: number; y: number }, works: boolean): string {
  const name = tool.charAt(0).toUpperCase() + tool.slice(1);
  const doing = works ? (tool === 'eraser' ? ', erasing' : ', painting') : '';
  return `${name} at ${Math.floor(x)}, ${Math.floor(y)}${doing}`;
}

/** How much of a picture is masked, from 0 to 1. */
export function maskedWords(share: number): string {
  if (share === 0) return 'Nothing is masked';
  return share < 0.01
    ? 'Less than 1 % of the picture is masked'
    : `${Math.round(100 * share)} % of the picture is masked`;
}
