/** What is said of the app itself. */

/** That a newer version of the app can be had, and what a reload costs. @param lost pictures that could not be kept. */
export function newVersionWords(running: boolean, lost: boolean): string {
  const ready = 'A new version of Drobė is ready.';
  if (running) return `${ready} It can be loaded when this picture is done.`;
  return lost
    ? `${ready} Reloading clears the pictures on this page: download those you want to keep.`
    : ready;
}
