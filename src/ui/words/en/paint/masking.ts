/** What is said of the picture to start from, and of how parts of it, or what lies beyond it, are drawn. */
import type { Side } from '../../../../canvas/frame';

const sides: Readonly<Record<Side, string>> = { left: 'Left', right: 'Right', top: 'Top', bottom: 'Bottom' };

export const masking = {
  source: 'Source image',
  removePicture: 'Remove picture',
  orDrop: 'or drop or paste one anywhere on this page',
  drawnAt: (own: string, drawn: string): string => `${own}, drawn at ${drawn}`,
  edgesCut: (sizes: string): string => `${sizes}, edges cut off`,

  strength: 'Denoising strength',
  imageStrengthHint: 'Low keeps the picture, 1 draws it anew.',
  imageGuidance: 'Image guidance scale',
  imageGuidanceHint: 'High keeps to the picture, low follows the words.',

  maskImage: 'Mask image',
  importMask: 'Import mask',
  exportMask: 'Export mask',
  whiteIsNew: 'White is drawn anew, black is kept, grey changes in part.',
  maskStrengthHint: 'Low keeps what is under the mask, 1 draws it anew.',
  maskBlur: 'Mask blur',
  content: 'Masked content',
  more: 'More about the mask',
  maskMode: 'Mask mode',
  soft: 'Soft inpainting',
  softHint: 'Grey parts of the mask, and its blurred edge, change by less strength.',
  area: 'Inpaint area',
  padding: 'Only masked padding',
  paddingHint: 'What the model sees around the mask: the dashed box.',

  sides,
  pixelsToAdd: 'Pixels to add',
  /** What was made of a number that was typed for a side. */
  made: (side: Side, what: string): string => `${sides[side]}: ${what}`,
  orDragFrame: "Or drag the frame's edges and corners.",
  outpaintStrengthHint: 'The new part begins with the colours of the edges; 1 forgets them.',
  feather: 'Feather',
  featherHint: 'So far inside its edge the picture may change, to hide the seam.',
  outpaintCanvas: 'Outpaint canvas',
  toExtend: 'To extend',
  /** @param pulled one edge of the frame, or two that meet in a corner. */
  pull: (pulled: readonly Side[]): string =>
    `Pull ${pulled.map((side) => sides[side].toLowerCase()).join(' ')}`,
};
