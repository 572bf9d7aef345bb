import { expect, it } from 'vitest';
import { partOf } from '../../../src/sw/kept';

const ten = (): Response =>
  new Response(new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), { headers: { 'Content-Length': '10' } });

it.each([
  ['bytes=2-4', 206, 'bytes 2-4/10', [2, 3, 4]],
  ['bytes=7-', 206, 'bytes 7-9/10', [7, 8, 9]],
  ['bytes=-2', 206, 'bytes 8-9/10', [8, 9]],
  // As of a file whose size is not known yet.
  ['bytes=0-65535', 206, 'bytes 0-9/10', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['bytes=10-12', 416, 'bytes */10', []],
  [null, 200, null, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
])('of a kept file, %s is answered with %i', async (header, status, range, bytes) => {
  const part = await partOf(ten(), header);
  expect(part.status).toBe(status);
  expect(part.headers.get('Content-Range')).toBe(range);
  expect([...new Uint8Array(await part.arrayBuffer())]).toEqual(bytes);
  if (status < 400) expect(part.headers.get('Content-Length')).toBe(String(bytes.length));
});
