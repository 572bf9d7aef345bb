/**
 * `npm run screens`: photographs every view, in light and in dark, on a desktop and on a phone, into test-results/screens;
 * with `--readme` those that READMEs show into .github, too. `--language lt` speaks another language, `--only inpaint`
 * takes the views whose names begin so.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { checkNode, fail, installPackages, root } from '../../src/cli/packages.mjs';

const { values } = parseArgs({
  options: {
    language: { type: 'string', default: 'en' },
    only: { type: 'string', default: '' },
    readme: { type: 'boolean', default: false },
  },
});
if (!/^[a-z]{2}$/.test(values.language)) fail('--language takes two letters, such as lt.');
checkNode();
installPackages();
// Only now: it needs the packages.
const { namedChromium } = await import('../chromium.mjs');
await namedChromium();
process.env.DROBE_SCREENS = JSON.stringify(values);
const run = (/** @type {string} */ command) =>
  spawnSync(command, { cwd: root, shell: true, stdio: 'inherit' });
process.exitCode =
  run('npm run --silent build').status ||
  run('npx --no-install playwright test --config test/screens/playwright.config.ts').status ||
  0;
