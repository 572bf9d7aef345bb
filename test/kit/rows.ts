/** Everything that is asked of a card. Which comes first, each row's `worth` says. */
import type { Scale } from './bench';
import { guideRows } from './guides';
import { leverRows } from './levers';
import { moduleRows } from './modules';
import { netRows, pictureRows } from './nets';
import type { Row } from './row';
import { thereRows } from './there';
import { timeRows } from './times';

/** @param kit the unpacked kit, whose golden files are looked for. */
export const rowsOf = (kit: string, scale: Scale): Row[] =>
  all(kit, scale).map((row) => ({ ...row, seconds: row.seconds * PATIENCE[scale] }));

/** A CPU that imitates a card is slow. */
const PATIENCE = { full: 1, small: 4 };

const all = (kit: string, scale: Scale): Row[] => [
  ...thereRows,
  ...netRows(kit),
  ...guideRows,
  ...pictureRows(kit, scale),
  ...moduleRows(scale),
  ...timeRows(scale),
  ...leverRows(scale),
  {
    name: 'PyTorch',
    part: 'what is there',
    worth: 995,
    seconds: 60,
    by: 'torch',
    call: 'there',
    given: {},
  },
];
