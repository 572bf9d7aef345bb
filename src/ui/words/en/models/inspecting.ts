/** What the inspector says of what is in a file. */
import { format, plural } from '../format';

const { bytes, count } = format;

const countedTensors = (tensors: number): string =>
  plural(tensors, { one: '1 tensor', other: `${count(tensors)} tensors` });

export const inspecting = {
  /** Before the file's name, for those who hear it. */
  title: 'Inspector: ',
  inspectFile: 'Inspect a file…',
  otherFile: 'Another file…',
  reading: 'Reading the header…',

  views: 'What to show',
  overview: 'Overview',
  metadata: (entries: number): string => `Metadata (${count(entries)})`,
  allTensors: (tensors: number): string => `Tensors (${count(tensors)})`,

  modelTitle: 'Title',
  family: 'Family',
  storedAs: 'Stored as',
  drawsBestAt: 'Draws best at',
  pixels: (width: number, height: number): string => `${width} × ${height} pixels`,
  fileSize: 'File size',
  exactSize: (size: number): string => `${bytes(size)} (${count(size)}\u00a0bytes)`,
  notUsed: 'Not used',
  countedTensors,

  byPart: 'By part',
  part: 'Part',
  byFormat: 'By number format',
  format: 'Format',
  tensors: 'Tensors',
  parameters: 'Parameters',
  size: 'Size',
  name: 'Name',
  shape: 'Shape',

  noMetadata: 'This file has no metadata: it states nothing about itself.',
  moreEntries: (entries: number): string => `Show more of ${count(entries)} entries`,
  /** @param isRest whether they are all that are left. */
  moreCharacters: (characters: number, isRest: boolean): string =>
    `Show ${isRest ? 'all' : 'more'} of ${count(characters)} characters`,
  less: 'Show less',

  filter: 'Filter tensors',
  filterBy: 'Filter by name, shape or format',
  /** @param found null: all of them. */
  found: (found: number | null, all: number): string =>
    `${found === null ? '' : `${count(found)} of `}${countedTensors(all)}`,
  noneFound: 'No tensor is like that.',
  pages: 'Pages',
  previousPage: 'Previous page',
  nextPage: 'Next page',
};
