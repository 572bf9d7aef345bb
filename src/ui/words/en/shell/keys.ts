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
  undoTold: 'Undo the last change that is told',
  previousPicture: 'Previous picture',
  nextPicture: 'Next picture',
  enlarge: 'Enlarge the picture',
  moreWeight: 'More weight to what is selected',
  lessWeight: 'Less weight to what is selected',
  promptBefore: 'The prompt drawn before',
  promptAfter: 'The next one, and what you were writing',
};
