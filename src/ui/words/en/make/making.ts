/** What is said where a run is begun, watched and gone on with. */
export const making = {
  generate: 'Generate',
  stages: 'Stages',
  progress: 'Progress',
  watch: 'Watch it',
  notify: 'Notify me',
  notNotified: 'The browser allows no notifications here: watch the tab’s title.',
  notifyTitle: 'A notification by the system, where this page is not in sight',
  preview: 'Preview',
};
