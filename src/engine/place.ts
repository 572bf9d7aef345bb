/** Where the app's own files are: what is built of this lies in assets/, one below. */
export const base = new URL(import.meta.env.DEV ? '/' : '../', import.meta.url).href;
