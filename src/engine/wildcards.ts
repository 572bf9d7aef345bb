/** Lists of words in models/wildcards/, which prompts draw from: `__animal__` is a line of animal.txt. */
import { linesOf } from '../text/wildcards';

/**
 * The lists in the folder, by name; none where there is no such folder, as on most hosts.
 * @param folder where models/ is served, with a slash at the end.
 */
export async function wildcardLists(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = async (file: string): Promise<Response | null> => {
    const response = await fetch(`${folder}wildcards/${encodeURIComponent(file)}`, {
      cache: 'no-cache',
    }).catch(() => null);
    return response?.ok ? response : null;
  };
  const index: unknown = await (await read('index.json'))?.json().catch(() => null); // a host may answer with a page
  const files = Array.isArray(index) ? index.filter((file) => typeof file === 'string') : [];
  const lists = await Promise.all(
    files.map(
      async (file) =>
        [file.replace(/\.txt$/i, ''), linesOf((await (await read(file))?.text()) ?? '')] as const,
    ),
  );
  return new Map(lists);
}
