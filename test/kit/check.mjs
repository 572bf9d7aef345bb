/**
 * `npm run kit:check`: the kit at small scale on a card that the CPU imitates, in single precision; with `--f16` in half;
 * with `--broken` without what it should have. `--seconds N` (1500), `--only PATTERN` of rows' names. Fails where a row is
 * wrong or breaks.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../src/cli/packages.mjs';
import { breakIt } from './broken.mjs';
import { assemble } from './make.mjs';
import { lavapipe } from './mesa.mjs';

const { values } = parseArgs({
  options: {
    f16: { type: 'boolean', default: false },
    broken: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1500' },
    only: { type: 'string' },
  },
});

/**
 * @param {string} kit
 * @param {string} out
 * @param {string[]} options
 * @param {Record<string, string>} [environment]
 */
const run = (kit, out, options, environment) =>
  spawnSync(join(root, 'test/kit/run.sh'), ['--scale', 'small', '--out', out, ...options], {
    env: { ...process.env, ...lavapipe(), DROBE_KIT: kit, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });

const kit = join(root, '.cache/kit-parts/unpacked');
await assemble(kit);
if (values.broken) {
  if (breakIt(kit, join(root, '.cache/kit-broken'), run) > 0) process.exitCode = 1;
} else {
  const out = join(root, '.cache/kit-check');
  const { status } = run(kit, out, [
    ...['--seconds', values.seconds],
    ...['--without', values.f16 ? 'f32' : 'f16'],
    ...(values.only ? ['--only', values.only] : []),
  ]);
  const report = join(out, 'kit.json');
  /** @type {{ rows: { name: string, state: string }[] }} */
  const { rows } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { rows: [] };
  const bad = rows.filter(({ state }) => state === 'wrong' || state === 'failed');
  console.log(`The table is in ${out}/kit.md`);
  if (status !== 0 || rows.length === 0 || bad.length > 0) process.exitCode = 1;
}
