/** Words in a JPEG: EXIF and XMP in segments APP1, and comments. */
import { fromLatin1, joined, latin1, textOf, viewOf, XMP } from '../bytes';
import { exifTexts, exifWith } from './exif';

const APP0 = 0xe0;
const APP1 = 0xe1;
const COMMENT = 0xfe;
const SCAN = 0xda;
const EXIF = 'Exif\0\0';
const XMP_MARK = 'http://ns.adobe.com/xap/1.0/\0';
/** A segment tells its length, its own two bytes included, in two bytes. */
const LONGEST_SEGMENT = 0xffff;

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Up to where the picture begins. */
function* segmentsOf(file: Uint8Array): Generator<Segment> {
  const view = viewOf(file);
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff;) {
    const marker = file[at + 1]!;
    if (marker === 0xff) {
      at++; // one may be padded with them
      continue;
    }
    const to = at + 2 + view.getUint16(at + 2);
    if (marker === SCAN || to < at + 4 || to > file.length) return;
    yield { marker, data: file.subarray(at + 4, to), from: at, to };
    at = to;
  }
}

const isExif = ({ marker, data }: Segment): boolean =>
  marker === APP1 && latin1(data.subarray(0, EXIF.length)) === EXIF;

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

/** The file with these texts, in the place of all EXIF in it; null where they are too long for a JPEG. */
export function withJpegTexts(
  file: Uint8Array,
  texts: ReadonlyMap<string, string>,
): Uint8Array<ArrayBuffer> | null {
  const data = joined([fromLatin1(EXIF), exifWith(texts)]);
  if (data.length + 2 > LONGEST_SEGMENT) return null;
  const head = Uint8Array.of(0xff, APP1, (data.length + 2) >> 8, (data.length + 2) & 255);
  const parts: Uint8Array[] = [];
  let from = 0;
  let put = 2; // behind the first mark, or JFIF's segment, which comes first
  for (const segment of segmentsOf(file)) {
    if (segment.marker === APP0 && segment.from === put) put = segment.to;
    if (!isExif(segment)) continue;
    parts.push(file.subarray(from, segment.from));
    from = segment.to;
  }
  const rest = joined([...parts, file.subarray(from)]);
  return joined([rest.subarray(0, put), head, data, rest.subarray(put)]);
}
