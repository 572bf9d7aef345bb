/** Tables of text as RFC 4180 has them, read as leniently as Python's csv module reads them. */

/**
 * Rows of a file. Lines end as they like; a quoted cell may hold line breaks, commas and doubled quotation marks; a mark in
 * the middle of a cell is one. Empty lines are no rows.
 */
export function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const { groups = {} } of text.replace(/^\ufeff/, '').matchAll(CELL)) {
    const { quoted, rest = '', end = '' } = groups;
    const cell = (quoted?.replaceAll('""', '"') ?? '') + rest;
    const isEmptyLine = row.length === 0 && cell === '' && quoted === undefined && end !== ',';
    if (!isEmptyLine) row.push(cell);
    if (end === ',') continue;
    if (row.length > 0) rows.push(row);
    row = [];
  }
  return rows;
}

/** One cell and what ends it. A quotation that is never closed goes on to the end. */
const CELL = /(?:"(?<quoted>[^"]*(?:""[^"]*)*)(?:"|$))?(?<rest>[^,\r\n]*)(?<end>,|\r\n|\r|\n|$)/g;

/** A file of these rows, with the mark at its beginning by which spreadsheets know UTF-8. */
export const fileOf = (rows: readonly (readonly string[])[]): string =>
  '\ufeff' + rows.map((row) => row.map(cellOf).join(',') + '\r\n').join('');

const cellOf = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
