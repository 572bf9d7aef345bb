/**
 * Text in the lowest bits of a picture's pixels, column by column from the left, as NovelAI and A1111's extension
 * sd_webui_stealth_pnginfo write it in case the usual texts are lost. Each pixel has one bit in its alpha, or three in its
 * colours: first a signature of fifteen letters, then the text's length in bits as 32 bits, then the text.
 */
import { gunzipSync } from 'fflate';
import { fromUtf8, latin1, LONGEST } from '../bytes';

/** The leftmost columns of a picture. */
export interface Columns {
  readonly width: number;
  readonly height: number;
  /** Reads this many columns as RGBA, row by row. */
  readonly read: (count: number) => Promise<Uint8ClampedArray>;
}

interface Layout {
  /** Indices into the four bytes of a pixel. */
  readonly channels: readonly number[];
  readonly packed: boolean;
}

const layouts: ReadonlyMap<string, Layout> = new Map([
  ['stealth_pnginfo', { channels: [3], packed: false }],
  ['stealth_pngcomp', { channels: [3], packed: true }],
  ['stealth_rgbinfo', { channels: [0, 1, 2], packed: false }],
  ['stealth_rgbcomp', { channels: [0, 1, 2], packed: true }],
]);

/** Lengths in bytes. */
const SIGNATURE = 15;
const LENGTH = 4;
const HEAD = SIGNATURE + LENGTH;

/** The hidden text; null where there is none, or it is longer than `LONGEST`. */
export async function hiddenText({ width, height, read }: Columns): Promise<string | null> {
  /** How many columns hold this many bytes; null where the picture has fewer. */
  const columnsFor = (bytes: number, { length }: Layout['channels']): number | null => {
    const count = Math.ceil((8 * bytes) / length / height);
    return count <= width ? count : null;
  };
  const first = columnsFor(HEAD, [3]);
  if (first === null) return null;
  const head = await read(first);
  for (const [signature, layout] of layouts) {
    const { channels, packed } = layout;
    const bytes = bytesIn(head, height, channels, HEAD);
    if (latin1(bytes.subarray(0, SIGNATURE)) !== signature) continue;
    const bits = new DataView(bytes.buffer).getUint32(SIGNATURE);
    const length = bits / 8;
    const count = Number.isInteger(length) && length <= LONGEST ? columnsFor(HEAD + length, channels) : null;
    if (count === null) return null;
    const text = bytesIn(await read(count), height, channels, HEAD + length).subarray(HEAD);
    const words = packed ? unzipped(text) : text;
    return words && fromUtf8(words);
  }
  return null;
}

/** The first `length` bytes in the lowest bits of these channels. */
function bytesIn(
  pixels: Uint8ClampedArray,
  height: number,
  channels: Layout['channels'],
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const width = pixels.length / 4 / height;
  for (let bit = 0; bit < 8 * length; bit++) {
    const pixel = Math.floor(bit / channels.length);
    const at = 4 * ((pixel % height) * width + Math.floor(pixel / height)) + channels[bit % channels.length]!;
    bytes[bit >> 3]! |= (pixels[at]! & 1) << (7 - (bit & 7));
  }
  return bytes;
}

/** Unpacks gzip. Null for anything else, and for `LONGEST` bytes or more. */
function unzipped(bytes: Uint8Array): Uint8Array | null {
  try {
    const room = Math.min(LONGEST, 1024 * bytes.length + 1024);
    const out = gunzipSync(bytes, { out: new Uint8Array(room) });
    return out.length < room ? out : null;
  } catch {
    return null;
  }
}
