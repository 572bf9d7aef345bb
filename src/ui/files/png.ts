/**
 * A PNG of exactly these pixels. Not by way of a canvas: some browsers add noise to what is read back from one,
 * and it could not carry the settings, which other tools read from text chunks.
 */
import type { Pixels } from '../../engine/api';
import { pngChunk, pngTextChunk, type Texts } from '../../recipe/picture/png';

/** @param texts what is to be said of it, by keyword. */
export async function png({ width, height, rgba }: Pixels, texts: Texts = new Map()): Promise<Blob> {
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
    pngChunk('IHDR', new Uint8Array(header.buffer)),
    ...[...texts].map(([key, text]) => pngTextChunk(key, text)),
    pngChunk('IDAT', packed),
    pngChunk('IEND', new Uint8Array()),
  ];
  return new Blob(parts, { type: 'image/png' });
}
