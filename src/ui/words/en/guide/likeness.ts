/** What is said where pictures to draw like are set up. */
export const likeness = {
  reference: 'Reference image',
  numbered: (number: number): string => `Reference ${number}`,
  add: 'Add reference image',
  remove: 'Remove reference image',
  toDrawLike: 'To draw like',
  adapter: 'Adapter',
  encoder: 'Image encoder',
  weight: 'Reference weight',
  weightHint: 'How closely this picture is followed. Only its middle is seen, as a square.',
  start: 'Reference start',
  end: 'Reference end',

  where: 'Where it counts',
  everywhere: 'Everywhere',
  theMask: 'The mask',
  paintMask: 'Paint a mask…',
  fromFile: 'From a file',
  mask: 'Reference mask',
  removeMask: 'Remove reference mask',
};
