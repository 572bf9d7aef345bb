/** What is said of canvases, and of the tools that paint on them. */
import type { Tool } from '../../../paint/board.svelte';

export const painting = {
  tools: {
    brush: 'Brush',
    eraser: 'Eraser',
    rectangle: 'Rectangle',
    lasso: 'Lasso',
    fill: 'Fill',
    pan: 'Pan',
  } satisfies Readonly<Record<Tool, string>>,
  penOnly: 'Only the pen paints, fingers move the picture',
  maskTools: 'Mask tools',
  drawingTools: 'Drawing tools',
  /** With the key that does it. */
  withKey: (words: string, key: string): string => `${words} (${key})`,

  invertMask: 'Invert mask',
  clearMask: 'Clear mask',
  zoomOut: 'Zoom out',
  zoomIn: 'Zoom in',
  showAll: 'Show the whole picture',
  smallerBrush: 'Smaller brush',
  largerBrush: 'Larger brush',

  size: 'Size',
  brushSize: 'Brush size',
  softness: 'Softness',
  brushSoftness: 'Brush softness',
  opacity: 'Opacity',
  brushOpacity: 'Brush opacity',
  maskColour: 'Mask colour',
  colour: (number: number): string => `Colour ${number}`,

  /** What each canvas is told as, and what one does on it. */
  canvases: {
    mask: { name: 'Mask canvas', task: 'Paint over what should change.' },
    hint: { name: 'Hint canvas', task: 'Draw white lines.' },
    reference: { name: 'Reference mask canvas', task: 'Paint where the reference image counts.' },
  },
  byKeys:
    'The arrow keys move the brush, Space paints while it is held, Enter begins and ends a stroke; press the question mark for all keys.',

  /** A canvas in a window of its own. */
  drawings: {
    hint: {
      title: 'Draw a hint',
      invert: 'Invert drawing',
      clear: 'Clear drawing',
      use: 'Use this drawing',
      left: 'What you drew was not taken.',
    },
    reference: {
      title: 'Where it counts',
      invert: 'Invert mask',
      clear: 'Clear mask',
      use: 'Use this mask',
      left: 'The mask you painted was not taken.',
    },
  },
  /** What a drawn picture is called. */
  drawing: 'Drawing',

  gestures: [
    ['Alt + paint, pen’s eraser', 'Erase, with any tool'],
    ['Space, middle or right button + drag', 'Move the picture'],
    ['Two fingers', 'Move and zoom the picture'],
    ['Wheel, pinch', 'Zoom'],
    ['Alt + wheel', 'Brush size'],
    ['Arrow keys, on the canvas', 'Move the brush; with Shift by one pixel, with Pan the picture'],
    ['Space held, or Enter twice', 'Paint where the arrow keys have led'],
  ] as readonly (readonly [how: string, words: string])[],
};
