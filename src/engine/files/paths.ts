/** Paths of files as browsers tell them, with slashes between. */

/** The folder that something lies in; empty at the top. */
export const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A path's last part. */
export const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A name in a folder. */
export const inside = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
