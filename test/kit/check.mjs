/**
 * `npm run kit:check`: the kit at small scale on a card that the CPU imitates, in single precision; with `--f16` in half.
 * `--seconds N` (600), `--only PATTERN` of rows' names. Fails where a row is wrong or breaks.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../src/cli/packages.mjs';
import { assemble } from './make.mjs';
import { lavapipe } from './mesa.mjs';

const { values } = parseArgs({
  options: {
    f16: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '600' },
    only: { type: 'string' },
  },
});
const kit = join(root, '.cache/kit-parts/unpacked');
const out = join(root, '.cache/kit-check');
await assemble(kit);
const { status } = spawnSync(
  join(root, 'test/kit/run.sh'),
  [
    ...['--scale', 'small', '--seconds', values.seconds, '--out', out],
    ...['--without', values.f16 ? 'f32' : 'f16'],
    ...(values.only ? ['--only', values.only] : []),
  ],
  {
    env: { ...process.env, ...lavapipe(), DROBE_KIT: kit },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
const report = join(out, 'kit.json');
/** @type {{ rows: { name: string, state: string }[] }} */
const { rows } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { rows: [] };
const bad = rows.filter(({ state }) => state === 'wrong' || state === 'failed');
console.log(`The table is in ${out}/kit.md`);
if (status !== 0 || rows.length === 0 || bad.length > 0) process.exitCode = 1;
