/** What is said by plain controls, and by buttons that are the same wherever they stand. */
export const controls = {
  close: 'Close',
  dismiss: 'Dismiss',
  undo: 'Undo',
  redo: 'Redo',
  cancel: 'Cancel',
  remove: 'Remove',
  replace: 'Replace',
  discard: 'Discard',
  goOn: 'Go on',
  choosePicture: 'Choose a picture',
  noPicture: 'No picture yet',
  none: 'None',
  automatic: 'Automatic',
};
