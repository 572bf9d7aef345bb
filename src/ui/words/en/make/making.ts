/** What is said where a run is begun, watched and gone on with. */
export const making = {
  generate: 'Generate',
  useModel: (name: string): string => `Use ${name}`,
  stages: 'Stages',
  progress: 'Progress',
  watch: 'Watch it',
  notify: 'Notify me',
  notNotified: 'The browser does not allow notifications here: watch the tab’s title.',
  notifyTitle: 'A system notification when this page is not in view',
  preview: 'Preview',
};
