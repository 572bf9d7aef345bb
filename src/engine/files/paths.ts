/** Paths of files as browsers give them, with slashes. */

/** The folder of a path; empty at the top. */
export const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A path's last part. */
export const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A name in a folder. */
export const inside = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
