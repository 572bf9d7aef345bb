import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { shortHash } from '../../../src/recipe/infotext/hashes';
import { hashesOf } from '../../../src/weights/store/hashes';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const bytes = Uint8Array.from({ length: 2 ** 23 + 77 }, (_, i) => (i * 7) % 251);

it.each([
  ['over several slices', 0],
  ['at once', 2 ** 24],
])('a file’s hash, and that of what lies behind its header, %s', async (_, most) => {
  for (const header of [16, 1000, 2 ** 22 + 5]) {
    const hashes = await hashesOf(new Blob([bytes]), header, most);
    const brief = sha256(bytes.subarray(2 ** 20, 2 ** 20 + 2 ** 16)).slice(0, 8);
    expect(hashes).toEqual({ file: sha256(bytes), tensors: sha256(bytes.subarray(header)), brief });
    expect(shortHash('model', hashes)).toBe(sha256(bytes).slice(0, 10));
    expect(shortHash('control', hashes)).toBe(brief);
    expect(shortHash('lora', hashes)).toBe(sha256(bytes.subarray(header)).slice(0, 12));

    const ofNoLora = await hashesOf(new Blob([bytes]), null, most);
    expect(ofNoLora).toEqual({ file: sha256(bytes), brief });
    expect(shortHash('lora', ofNoLora)).toBeUndefined();
  }
});
