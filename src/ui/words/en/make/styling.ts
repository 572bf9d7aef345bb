/** What is said where styles are chosen, made and changed. */
export const styling = {
  title: 'Styles',
  /** @param chosen how many are ticked. */
  chosen: (chosen: number): string => (chosen > 0 ? `Styles (${chosen})` : 'Styles'),
  explained:
    'A style adds its words to yours whenever it is ticked: where it says {prompt}, or else behind them.',
  saveAs: 'Save as style…',
  edit: 'Edit styles…',
  importFile: 'Import styles.csv',
  importTitle: 'Styles of A1111 and Forge',
  exportFile: 'Export styles.csv',

  saveTitle: 'Save as style',
  name: 'Name',
  isKnown: 'There is a style of this name: it will be replaced.',
  prompt: 'Prompt',
  negative: 'Negative prompt',
  nothing: 'There is nothing to save: write a prompt first, or a negative one.',
  whereOthers: 'Write {prompt} in it, before or later, where other words are to go; else these follow them.',
  save: 'Save',

  whereYours:
    '{prompt} says where your own words go. Without it a style’s words follow them, with a comma between.',
  words: { prompt: 'Style’s prompt', negative: 'Style’s negative prompt' },
  delete: 'Delete',
  deleteNamed: (name: string): string => `Delete ${name}`,
  none: 'There are no styles.',
};
