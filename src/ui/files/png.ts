/**
 * A PNG of exactly these pixels. Not by way of a canvas: some browsers add noise to what is read back from one,
 * and it could not carry the settings, which other tools read from the text chunk "parameters".
 */
import type { Job, Pixels } from '../../engine/api';

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of data) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8); // the table has 256 entries
  return ~c >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(ascii(type), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc(out.subarray(4, data.length + 8)));
  return out;
}

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** Latin-1 where it suffices, which every reader knows; else the international form with UTF-8. */
function textChunk(keyword: string, text: string) {
  if (/^[\n\x20-\x7e\xa1-\xff]*$/.test(text)) return chunk('tEXt', ascii(`${keyword}\0${text}`));
  const utf8 = new TextEncoder().encode(text);
  const head = ascii(`${keyword}\0\0\0\0\0`); // not compressed, no language, no translated keyword
  const data = new Uint8Array(head.length + utf8.length);
  data.set(head);
  data.set(utf8, head.length);
  return chunk('iTXt', data);
}

/** @param parameters the settings that made it, for the text chunk of that name. */
export async function png({ width, height, rgba }: Pixels, parameters?: string): Promise<Blob> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint32(8, 0x08_06_00_00); // 8 bits, RGBA, deflate, adaptive filters; last byte 0: not interlaced

  // Filter 1 of every row: each byte as its difference from the pixel to the left.
  const row = width * 4;
  const rows = new Uint8Array((row + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (row + 1);
    const from = y * row;
    rows[to] = 1;
    for (let i = 0; i < row; i++) rows[to + 1 + i] = rgba[from + i]! - (i < 4 ? 0 : rgba[from + i - 4]!); // in bounds
  }
  const zlib = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
  const packed = new Uint8Array(await new Response(zlib).arrayBuffer());

  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', new Uint8Array(header.buffer)),
    ...(parameters === undefined ? [] : [textChunk('parameters', parameters)]),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array()),
  ];
  return new Blob(parts, { type: 'image/png' });
}

/**
 * The settings in the lines that A1111 writes, so that other tools can read them.
 * @param details more of them, by their names.
 */
export function infotext(
  job: Omit<Job, 'source'>,
  model: string,
  details: Readonly<Record<string, string | number>>,
): string {
  const settings = {
    Steps: job.steps,
    Sampler: job.sampler,
    'Schedule type': job.schedule,
    'Schedule spacing': job.spacing,
    'CFG scale': job.guidance,
    Seed: job.seed,
    Size: `${job.width}x${job.height}`,
    Model: model,
    ...details,
    Version: 'Drobe',
  };
  // Names come from files: what separates settings cannot stand in one.
  const line = Object.entries(settings).map(
    ([name, value]) =>
      `${name}: ${String(value)
        .replace(/[,:\s]+/g, ' ')
        .trim()}`,
  );
  return [job.prompt, ...(job.negative ? [`Negative prompt: ${job.negative}`] : []), line.join(', ')].join(
    '\n',
  );
}
