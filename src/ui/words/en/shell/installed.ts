/** What is said of the app as one among those of a device. */
export const installed = {
  /** What was wanted came from no server, nor was it kept. */
  partMissing: 'This part of Drobė could not be fetched. Reload the page when you are online.',
  reload: 'Reload',

  /** Hands the picture to another app. */
  share: 'Share',
  notShared: 'It could not be shared. Download it, and share the file.',

  /** Of words that came from another app. */
  promptTaken: 'The shared text replaced your prompt.',

  /** For the system, which shows these where it lists its apps. */
  manifest: {
    screenshot: 'The prompt and its settings, and the picture that was made of them',
    newPicture: 'New picture',
    inpaint: 'Inpaint',
    album: 'Album',
  },
};
