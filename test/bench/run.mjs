/**
 * `npm run bench`: every benchmark but those that need a checkpoint of full size. `npm run bench -- NAME` runs one, with
 * whatever switches it takes. README.md says what each prints.
 */
import { spawnSync } from 'node:child_process';
import { checkNode, fail, installPackages, root } from '../../src/cli/packages.mjs';

const vitest = 'npx --no-install vitest run --project bench';
const playwright = 'npx --no-install playwright test --config';

/** @type {Readonly<Record<string, string>>} */
const benches = {
  stages: `${vitest} stages`,
  footprint: `${vitest} footprint`,
  checking: `${vitest} checking`,
  paint: `${vitest} paint`,
  album: `${vitest} album`,
  app: `${playwright} test/bench/playwright.config.ts app`,
  browse: `${playwright} test/bench/playwright.config.ts browse`,
  peer: `${playwright} test/bench/peer/playwright.config.ts`,
};

const [name, ...switches] = process.argv.slice(2);
if (name !== undefined && !benches[name])
  fail(`Usage: npm run bench [-- NAME [switches]], NAME one of ${Object.keys(benches).join(', ')}`);
checkNode();
installPackages();
// Only now: it needs the packages.
const { namedChromium } = await import('../chromium.mjs');
await namedChromium();
process.env.DROBE_BENCH = JSON.stringify(switches);
for (const command of name === undefined ? Object.values(benches) : [benches[name]]) {
  const { status } = spawnSync(command ?? '', { cwd: root, shell: true, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
