import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Bench } from '../../kit/bench';
import { netRows, pictureRows } from '../../kit/nets';
import type { Row } from '../../kit/row';

let kit: string;
beforeEach(() => {
  kit = mkdtempSync(join(tmpdir(), 'drobe-'));
});
afterEach(() => rmSync(kit, { recursive: true }));

/** Why a row cannot be answered on a machine that has everything else. */
async function missedBy(row: Row): Promise<unknown> {
  if (row.by !== 'webgpu') throw new Error('it is asked of PyTorch');
  const machine = { float16: true, target: () => ({}) } as unknown as Bench['machine'];
  return row.run({ kit, machine } as Bench).then(
    () => 'nothing',
    (error: unknown) => error,
  );
}

it('misses each net of a golden model whose folder is not in the kit', async () => {
  writeFileSync(join(kit, 'nets.json'), JSON.stringify({ sd1: ['text', 'unet'], sdxl: ['vae'] }));
  const rows = netRows(kit);
  expect(rows.map(({ name }) => name)).toEqual([
    ...['sd1 text, f16', 'sd1 text, f32', 'sd1 unet, f16', 'sd1 unet, f32', 'sdxl vae, f16', 'sdxl vae, f32'],
  ]);
  for (const row of rows) {
    const model = row.name.split(' ')[0]!; // a name has a first word
    expect(await missedBy(row)).toMatchObject({
      name: 'Missing',
      message: `models/${model}/model.safetensors is not in the kit`,
    });
  }
});

it('misses the list of nets, and that of pictures, in a row of its own', async () => {
  for (const [rows, file] of [
    [netRows(kit), 'nets.json'],
    [pictureRows(kit, 'full'), 'golden/mini-sd/cases.json'],
  ] as const) {
    expect(rows).toHaveLength(1);
    expect(await missedBy(rows[0]!)).toMatchObject({ name: 'Missing', message: `${file} is not in the kit` });
  }
});
