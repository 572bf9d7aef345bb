/** Text in a JPEG: EXIF and XMP in APP1 segments, and comments. */
import { latin1, textOf, viewOf, XMP } from '../bytes';
import { exifTexts } from './exif';

const APP1 = 0xe1;
const COMMENT = 0xfe;
const SCAN = 0xda;
const EXIF = 'Exif\0\0';
const XMP_MARK = 'http://ns.adobe.com/xap/1.0/\0';

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** The segments before the pixels. */
export function* segmentsOf(file: Uint8Array): Generator<Segment> {
  const view = viewOf(file);
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff;) {
    const marker = file[at + 1]!;
    if (marker === 0xff) {
      at++; // fill bytes may come before a marker
      continue;
    }
    const to = at + 2 + view.getUint16(at + 2);
    if (marker === SCAN || to < at + 4 || to > file.length) return;
    yield { marker, data: file.subarray(at + 4, to), from: at, to };
    at = to;
  }
}

export const isExif = ({ marker, data }: Segment): boolean =>
  marker === APP1 && latin1(data.subarray(0, EXIF.length)) === EXIF;

/** All texts of a file, by the names of their fields. A damaged file has those before the damage. */
export function jpegTexts(file: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  for (const segment of segmentsOf(file)) {
    const found = isExif(segment) ? exifTexts(segment.data) : null;
    for (const [key, text] of found ?? []) texts.set(key, text);
    const isXmp = segment.marker === APP1 && latin1(segment.data.subarray(0, XMP_MARK.length)) === XMP_MARK;
    if (isXmp) texts.set(XMP, textOf(segment.data.subarray(XMP_MARK.length)));
    if (segment.marker === COMMENT && !texts.has('parameters')) texts.set('parameters', textOf(segment.data));
  }
  return texts;
}
