/** What is said where recipes are taken over and handed on. */
export const sharing = {
  recipe: 'Recipe',
  recipeTitle: 'From a picture or a text: settings that somebody shares',

  foreign: (family: string): string =>
    `Its model is of a kind that Drobė cannot draw with (${family}). With a model of yours its words and settings give another picture.`,
  missing: 'Not on this device',
  missingHint: 'Without these it will be another picture. They can be imported first.',
  changes: 'What will change',
  noChanges: 'Nothing: all settings are as the recipe has them.',
  found: 'Found here',
  /** A file that a recipe needs, and the one here that is meant. */
  match: (resource: string, name: string, isSame: boolean): string =>
    `${resource}: ${name}, ${isSame ? 'the same file' : 'of the same name'}`,
  unknown: 'Not understood',
  startFrom: 'Start from the picture',
  useSeed: 'Use only the seed',
  use: 'Use',

  copyRecipe: 'Copy the recipe',
  copyLink: 'Copy link',
  copyText: 'Copy as A1111 text',
  copyWorkflow: 'Copy as ComfyUI workflow',
  copyScript: 'Copy as diffusers script',
  copied: 'Copied.',
  notCopied: 'The browser does not let this page copy. A saved PNG carries the same settings.',
};
