import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shellBytes } from '../../bench/shell';

it('counts the app shell by kind, and no models', () => {
  const dist = mkdtempSync(join(tmpdir(), 'drobe-'));
  try {
    mkdirSync(join(dist, 'models'));
    mkdirSync(join(dist, 'assets'));
    writeFileSync(join(dist, 'models/large.safetensors'), Buffer.alloc(9000));
    writeFileSync(join(dist, 'index.html'), '<script src="./assets/page.js"></script>'.padEnd(1000));
    writeFileSync(join(dist, 'assets/page.js'), ' '.repeat(2000));
    writeFileSync(join(dist, 'assets/later.js'), ' '.repeat(4000));
    writeFileSync(join(dist, 'assets/ort.wasm'), Buffer.alloc(5000));
    const counted = shellBytes(dist);
    expect(counted.map(({ files, bytes }) => [files, bytes])).toEqual([
      [4, 12000],
      [1, 5000],
      [3, 7000],
      [2, 3000],
    ]);
    for (const { bytes, packed } of counted) expect(packed).toBeLessThan(bytes / 10);
  } finally {
    rmSync(dist, { recursive: true });
  }
});
