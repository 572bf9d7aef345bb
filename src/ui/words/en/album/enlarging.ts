/** What is said where a picture is made larger, and drawn anew tile by tile. */
export const enlarging = {
  upscaler: 'Upscaler',
  enlarge: 'Enlarge',
  enlargeTitle: 'Enlarge (U)',
  redraw: 'Redraw details',
  redrawTitle: 'Then redraws it, tile by tile, with the prompt and settings that made it',

  scale: 'Upscale by',
  strength: 'Redraw strength',
  width: 'Tile width',
  height: 'Tile height',
  padding: 'Tile padding',
  blur: 'Tile blur',
  order: 'Tile order',
  net: 'Tile ControlNet',
  noNet: 'None',
};
