/** Parses a Range header (RFC 9110 §14.2) of one range; a list of ranges may be answered with the whole file, and is. */
export function parseRange(header: string | null | undefined, size: number) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return null;

  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  return start > end ? ('unsatisfiable' as const) : { start, end };
}
