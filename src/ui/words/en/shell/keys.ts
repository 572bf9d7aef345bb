/** What keys do, as the window of all keys lists them. */
export const keys = {
  title: 'Keyboard shortcuts',
  or: 'or',
  everywhere: 'Everywhere',
  inPrompt: 'In a prompt',
  onCanvas: 'On the mask canvas',
  amongPictures: 'Among pictures',
  byPointer: 'Mouse, pen and fingers',

  theseKeys: 'These keys',
  generate: 'Generate',
  cancel: 'Cancel',
  undoTold: 'Undo the last change announced',
  previousPicture: 'Previous picture',
  nextPicture: 'Next picture',
  enlarge: 'Enlarge the picture',
  moreWeight: 'More weight for the selection',
  lessWeight: 'Less weight for the selection',
  promptBefore: 'Previous prompt',
  promptAfter: 'Next prompt, then what you were writing',
};
