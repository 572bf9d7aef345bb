/** A1111's versions, such as "v1.6.0-2-g4afaaf8a", compared as Python compares those of packages (PEP 440). */

const pattern =
  /^v?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z\d]+(?:[-_.][a-z\d]+)*)?$/i;

/** Numbers that sort as versions do, the most significant first; null for anything else. */
function keyOf(text: string): number[] | null {
  // `git describe` appends the number of later commits and the hash of the last; the hash is dropped.
  const match = pattern.exec((/^([^-]+-[^-]+)-/.exec(text)?.[1] ?? text).trim());
  if (!match) return null;
  const [, release = '', before, beforeNumber, commits, post, dev, devNumber] = match;
  const parts = release.split('.').map(Number);
  const phase = before
    ? 'abcrp'.indexOf(before[0]!.toLowerCase())
    : dev && !commits && post === undefined
      ? -1
      : 9;
  const numbers = Array.from({ length: 6 }, (_, i) => parts[i] ?? 0);
  const after = commits ?? post;
  return [
    ...numbers,
    phase === 3 || phase === 4 ? 2 : phase,
    Number(beforeNumber || 0),
    after === undefined ? -1 : Number(after || 0),
    dev ? Number(devNumber || 0) : Infinity,
  ];
}

/** Whether a version is older than another; false for what is no version. */
export function isBefore(version: string, limit: string): boolean {
  const ours = keyOf(version);
  const other = keyOf(limit);
  if (!ours || !other) return false;
  const at = ours.findIndex((number, i) => number !== other[i]);
  return at >= 0 && ours[at]! < other[at]!; // keys are equally long
}
