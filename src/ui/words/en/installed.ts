/** What is said of the app as one among those of a device. */
export const installed = {
  /** What was wanted came from no server, nor was it kept. */
  partMissing: 'This part of Drobė could not be fetched. It may come after a reload, with a network.',
  reload: 'Reload',
};
