/** What is said of the app itself. */
export const app = {
  /** In the browser's tab, while nothing is drawn. */
  title: 'Drobė: Stable Diffusion in your browser',

  /** For the system, which shows it where it lists its apps. */
  inShort: 'Stable Diffusion in your browser, straight from a .safetensors file.',

  /** For whoever lists pages. */
  description:
    'Make pictures with Stable Diffusion straight from a .safetensors file, on your own graphics card, in the browser. Nothing leaves your device.',

  /** That a newer version of the app can be had, and what a reload costs. @param lost pictures that could not be kept. */
  newVersion(running: boolean, lost: boolean): string {
    const ready = 'A new version of Drobė is ready.';
    if (running) return `${ready} It can be loaded when this picture is done.`;
    return lost
      ? `${ready} Reloading clears the pictures on this page: download those you want to keep.`
      : ready;
  },
};
