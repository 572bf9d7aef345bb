import type { paint as English } from '../en/paint';

const tools: (typeof English)['tools'] = {
  brush: 'Teptukas',
  eraser: 'Trintukas',
  rectangle: 'Stačiakampis',
  lasso: 'Laso',
  fill: 'Užpildas',
  pan: 'Stumdymas',
};

export const paint: typeof English = {
  tools,

  brush(tool, { x, y }, works) {
    const doing = works ? (tool === 'eraser' ? ', trina' : ', piešia') : '';
    return `${tools[tool]} ties ${Math.floor(x)}, ${Math.floor(y)}${doing}`;
  },

  masked(share) {
    if (share === 0) return 'Kaukė nieko nedengia';
    return share < 0.01
      ? 'Kaukė dengia mažiau nei 1 % vaizdo'
      : `Kaukė dengia ${Math.round(100 * share)} % vaizdo`;
  },
};
