/** What is said by the page itself, around all that is done on it. */
export const page = {
  worksOffline: 'Works offline',
  /** Before the badge that tells how much was sent. */
  stableDiffusion: 'Stable Diffusion, with',
  toLight: 'Switch to light theme',
  toDark: 'Switch to dark theme',

  picture: 'Picture',
  canvas: 'Canvas',
  toPicture: 'Skip to the picture',
  empty: 'An empty canvas.',

  reload: 'Reload',
  useCpu: 'Use the CPU',
  allow: 'Allow',

  whatIsIt: 'What is this picture?',
  isPaintedOn: (name: string): string => `You are painting on ${name}. Either can be undone.`,
  asMask: 'Use it as the mask',
  asPicture: 'Start from it',
  leaveIt: 'Leave it',

  sent: 'What was sent',
  neverSent:
    'Prompts, pictures and models never leave this device. These are the requests that this page has made since it was opened:',
  noRequests: 'None: all came from this browser’s storage.',
  counted:
    'Counted from what the browser records for the page, its engine, downloads and service worker. The browser’s own requests, such as checks for a new version, are not included; its developer tools show those too.',
};
