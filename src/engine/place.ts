/** Address of the app's own files: this code is built into assets/, one level below. */
export const base = new URL(import.meta.env.DEV ? '/' : '../', import.meta.url).href;
