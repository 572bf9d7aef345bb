import type { paint as English } from '../../en/paint/paint';
import { painting } from './painting';

export const paint: typeof English = {
  brush(tool, { x, y }, works) {
    const doing = works ? (tool === 'eraser' ? ', trina' : ', piešia') : '';
    return `${painting.tools[tool]} ties ${Math.floor(x)}, ${Math.floor(y)}${doing}`;
  },

  masked(share) {
    if (share === 0) return 'Kaukė nieko nedengia';
    return share < 0.01
      ? 'Kaukė dengia mažiau nei 1 % vaizdo'
      : `Kaukė dengia ${Math.round(100 * share)} % vaizdo`;
  },
};
