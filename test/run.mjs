/**
 * `npm test`: sets itself up, runs every check there is (the rest too when one fails) and counts the tests.
 * `npm test -- --only unit,lint` runs some of the stages.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { checkNode, fail, installPackages, root } from '../src/cli/packages.mjs';
import { ofFiles, ofPages } from './reports.mjs';

/**
 * @typedef {import('./reports.mjs').Outcome} Outcome
 * @typedef {{
 *   name: string, command: string, env?: Record<string, string>, browser?: boolean, outcome?: () => Outcome
 * }} Stage
 */

/**
 * Two chains at a time, each taken when one is over: a software GPU compiles shaders on one core, and the other one would
 * idle. The longest comes first, then what fails fast, and short ones fill up what is left at the end. @type {Stage[][]}
 */
const chains = [
  [
    { name: 'build', command: 'npm run --silent build' },
    {
      name: 'e2e',
      command: 'playwright test --config test/e2e/playwright.config.ts',
      browser: true,
      outcome: () => ofPages(report('e2e')),
    },
  ],
  // What checks types is written in Go, and spends a quarter of its time on garbage that fits into memory.
  [
    {
      name: 'typecheck',
      command: 'npm run --silent check',
      env: { GOGC: 'off', GOMEMLIMIT: '2GiB' },
    },
  ],
  [vitest('golden')],
  [{ ...vitest('browser'), browser: true }],
  // It begins when e2e ends, and little is left for the other core then.
  [vitest('unit', '--maxWorkers 2')],
  [{ name: 'lint', command: 'npm run --silent lint' }],
];

const chosen = choose(process.argv.slice(2));
checkNode();
installPackages();
if (chosen.flat().some((stage) => stage.browser)) {
  // Only now: it needs the packages.
  const { namedChromium } = await import('./chromium.mjs');
  await namedChromium();
}

// As npm and npx do, without starting npm for each stage.
process.env.PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
mkdirSync(join(root, 'test-results'), { recursive: true });
const started = Date.now();
const waiting = [...chosen];
const done = (await Promise.all([inTurn(waiting), inTurn(waiting)])).flat();

// Once more: what a stage printed may be thousands of lines above.
for (const { name, failures } of done) {
  for (const { test, why } of failures) console.log(`\n${name}: ${test}\n${why}`);
}
console.log();
for (const { name, ok, seconds, passed, failed, skipped } of done) {
  const tests = passed + failed > 0 ? `${passed} passed, ${failed} failed` : '';
  const left = skipped > 0 ? `, ${skipped} SKIPPED` : '';
  console.log(
    `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s  ${tests}${left}`,
  );
}
const sum = (/** @type {'passed' | 'failed'} */ key) => done.reduce((total, stage) => total + stage[key], 0);
const whole = ((Date.now() - started) / 1000).toFixed(1);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, in ${whole} s`);
process.exitCode = done.every((stage) => stage.ok) ? 0 : 1;

/**
 * @param {string} project
 * @param {string} [options] of Vitest
 * @returns {Stage}
 */
function vitest(project, options = '') {
  const reporters = `--reporter=default --reporter=json --outputFile.json=test-results/${project}.json`;
  return {
    name: project,
    command: `vitest run --project ${project} ${options} ${reporters}`,
    outcome: () => ofFiles(report(project)),
  };
}

/** @param {Stage[][]} waiting chains that nobody has taken yet */
async function inTurn(waiting) {
  const results = [];
  for (let chain = waiting.shift(); chain; chain = waiting.shift()) {
    for (const stage of chain) results.push(await run(stage));
  }
  return results;
}

/** Prints what a stage said once it is over: two talk at once. @param {Stage} stage */
async function run(stage) {
  console.log(`${stage.name}…`);
  rmSync(reportPath(stage.name), { force: true });
  const started = Date.now();
  const { status, output } = await new Promise((resolve) => {
    const child = spawn(stage.command, {
      cwd: root,
      shell: true,
      env: { ...process.env, ...stage.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('close', (status) => resolve({ status, output }));
  });
  console.log(`\n── ${stage.name} ──\n${output}`);
  const seconds = (Date.now() - started) / 1000;
  const { passed, failed, skipped, failures } = outcomeOf(stage);
  const ok = status === 0 && failed === 0;
  // What fails without a failing test (a type error, a file that does not load) must not read as "0 failed".
  return { name: stage.name, ok, seconds, passed, skipped, failures, failed: ok ? 0 : Math.max(failed, 1) };
}

/**
 * @param {Stage} stage
 * @returns {Outcome}
 */
function outcomeOf(stage) {
  const none = { passed: 0, failed: 0, skipped: 0, failures: [] };
  try {
    return stage.outcome?.() ?? none;
  } catch {
    // No report: the runner itself did not get that far.
    return { ...none, failed: 1 };
  }
}

/** @param {string} name */
function reportPath(name) {
  return join(root, 'test-results', `${name}.json`);
}

/** @param {string} name */
function report(name) {
  return JSON.parse(readFileSync(reportPath(name), 'utf8'));
}

/**
 * @param {string[]} args
 * @returns {Stage[][]}
 */
function choose([flag, list = '']) {
  if (flag === undefined) return chains;
  const names = list.split(',');
  const stages = chains.flat();
  const known = names.every((name) => stages.some((stage) => stage.name === name));
  if (flag !== '--only' || !known)
    fail(`Usage: npm test [-- --only ${stages.map((stage) => stage.name).join(',')}]`);
  return chains.map((chain) => chain.filter((stage) => names.includes(stage.name)));
}
