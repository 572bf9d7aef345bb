/** What is said in the album's window. */
import { clean } from '../../format';
import { format, plural } from '../format';

const { bytes, count } = format;

const pictures = (n: number): string => plural(n, { one: '1 picture', other: `${count(n)} pictures` });
const given = (stars: number): string => plural(stars, { one: '1 star', other: `${stars} stars` });
const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' });

export const albumView = {
  title: 'Album',
  open: 'Open the album',
  back: 'All pictures',

  /** How many there are, of how many where not all are shown, and the room they take. */
  holds: (shown: number, all: number, size: number): string =>
    shown === all
      ? `${pictures(all)}, ${bytes(size)}`
      : `${count(shown)} of ${pictures(all)}, ${bytes(size)}`,

  search: 'Search',
  searchHint: 'Words, "a phrase", -without, model:name, seed:42, stars:>=3, folder:name, in:negative',
  clearSearch: 'Clear the search',
  more: 'Sort, filter, add',
  sort: 'Sort by',
  sorts: { newest: 'Newest first', oldest: 'Oldest first', stars: 'Most stars first' },
  rating: 'Stars',
  atLeast: (stars: number): string =>
    stars === 0 ? 'Any stars' : stars === 5 ? given(5) : `${given(stars)} or more`,
  folders: 'Folders',
  folder: 'Folder',
  everything: 'All pictures',
  noFolder: 'In no folder',
  folderName: 'Name of a folder',
  move: 'Move',
  toFolder: 'Move to a folder…',

  today: 'Today',
  yesterday: 'Yesterday',
  day: (time: number): string => day.format(time),
  moment: (time: number): string => moment.format(time),
  /** Above pictures whose day is not known. */
  before: 'Before days were noted',
  stars: (stars: number): string => (stars === 0 ? 'No stars' : given(stars)),
  untitled: 'No prompt',

  /** A picture as it is read out. @param when empty where that is not known. */
  card: (title: string, size: string, stars: number, when: string): string =>
    [
      clean(title, 200) || 'No prompt',
      size,
      ...(stars > 0 ? [given(stars)] : []),
      ...(when ? [when] : []),
    ].join(', '),

  reading: 'Looking for pictures…',
  empty: 'No pictures yet',
  emptyHint:
    'What you draw is kept here with its recipe. Pictures made elsewhere can be added: drop them here, or choose files or a folder.',
  nothing: 'Nothing found',
  nothingHint: 'No picture matches the search.',

  add: 'Add pictures…',
  addFolder: 'Add a folder…',
  adding: 'Adding pictures',
  /** @param done how many files were read. */
  read: (done: number, of: number): string => `${count(done)} of ${count(of)} read`,
  /** @param known were there before. @param refused names of files that are no pictures. */
  left: (known: number, refused: readonly string[]): string => {
    const [first = '', ...others] = refused;
    const more =
      others.length > 0
        ? ` and ${plural(others.length, { one: '1 other file', other: `${count(others.length)} other files` })}`
        : '';
    return [
      ...(known > 0
        ? [
            `${plural(known, { one: '1 picture was', other: `${count(known)} pictures were` })} there already.`,
          ]
        : []),
      ...(first ? [`“${first}”${more} could not be read.`] : []),
    ].join(' ');
  },
  noPictures: 'There are no pictures in it.',
  dropHere: 'Drop pictures here to add them to the album',

  selectAll: 'Select all',
  deleteAll: 'Delete all pictures',
  selection: 'Selected pictures',
  selected: (n: number): string => `${count(n)} selected`,
  unselect: 'Select nothing',
  compare: 'Compare',
  compareHint: 'Two selected pictures, side by side',
  exportZip: 'Export as ZIP',
  exportFolder: 'Export to a folder',
  exporting: 'Exporting pictures',
  written: (done: number, of: number): string => `${count(done)} of ${count(of)} written`,
  exported: (n: number): string =>
    plural(n, { one: '1 picture was exported.', other: `${count(n)} pictures were exported.` }),
  delete: 'Delete',

  picture: 'Picture',
  previous: 'Previous picture',
  next: 'Next picture',
  /** Which of those that are shown it is. */
  which: (at: number, of: number): string => `${count(at)} of ${count(of)}`,
  nearer: 'Zoom in',
  further: 'Zoom out',
  whole: 'Whole picture',
  play: 'Slideshow',
  pace: 'Seconds per picture',
  seconds: (n: number): string => `${n} s`,
  gone: 'This picture cannot be opened.',

  use: 'Use',
  useAll: 'All',
  usePrompt: 'Prompt',
  useSeed: 'Seed',
  useAllHint: 'Go to the page with all of its settings',
  usePromptHint: 'Take over its prompt and negative prompt',
  useSeedHint: 'Take over its seed',
  edit: 'Edit this',
  download: 'Download PNG',
  deleteOne: 'Delete picture',
  facts: {
    negative: 'Negative prompt',
    seed: 'Seed',
    size: 'Size',
    model: 'Model',
    steps: 'Steps',
    sampler: 'Sampler',
    guidance: 'Guidance',
    made: 'Made',
    origin: 'From',
  },
  elsewhere: 'Elsewhere',

  slider: 'Slider',
  line: 'Line between the two pictures',
  first: 'First picture',
  second: 'Second picture',

  keys: {
    group: 'In the album',
    move: 'From picture to picture',
    ends: 'First and last picture',
    pages: 'A page up or down',
    enlarge: 'Open the picture',
    select: 'Select or unselect it',
    extend: 'Extend the selection',
    all: 'Select all',
    rate: 'Stars',
    delete: 'Delete',
    undo: 'Undo the last change announced',
    search: 'Search',
    play: 'Slideshow of the pictures from the open one on',
    nearer: 'Zoom in',
    further: 'Zoom out',
    back: 'Back',
  },
};
