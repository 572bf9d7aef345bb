/**
 * `npm test`: sets itself up, runs every check there is (the rest too when one fails) and counts the tests.
 * `npm test -- --only unit,lint` runs some of the stages.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { checkNode, fail, installPackages, root } from '../src/cli/packages.mjs';
import { ofFiles, ofPages } from './reports.mjs';

/**
 * @typedef {import('./reports.mjs').Outcome} Outcome
 * @typedef {{
 *   name: string, command: string, env?: Record<string, string>, browser?: boolean, outcome?: () => Outcome
 * }} Stage
 */

/** Two at a time, each of which takes about one core: the longest first. @type {Stage[][]} */
const long = [
  [
    { name: 'build', command: 'npm run --silent build' },
    {
      name: 'e2e',
      command: 'npx --no-install playwright test --config test/e2e/playwright.config.ts',
      browser: true,
      outcome: () => ofPages(report('e2e')),
    },
  ],
  [vitest('golden')],
  [{ ...vitest('browser'), browser: true }],
];

/** Beside those, for when they wait for something: what fails fast first. @type {Stage[][]} */
const short = [
  // What checks types is written in Go, and spends a quarter of its time on garbage that fits into memory.
  [{ name: 'typecheck', command: 'npm run --silent check', env: { GOGC: 'off', GOMEMLIMIT: '2GiB' } }],
  [vitest('unit')],
  [{ name: 'lint', command: 'npm run --silent lint' }],
];

/** How far what fills gaps stands back, on a scale where 19 has the core only when nobody else wants it. */
const STANDING_BACK = 5;

const chosen = choose(process.argv.slice(2));
checkNode();
installPackages();
if (chosen.flat(2).some((stage) => stage.browser)) {
  // Only now: it needs the packages.
  const { namedChromium } = await import('./chromium.mjs');
  await namedChromium();
}

mkdirSync(join(root, 'test-results'), { recursive: true });
const started = Date.now();
const [longOnes = [], shortOnes = []] = chosen;
const lanes = [
  inTurn(0, longOnes, shortOnes),
  inTurn(0, longOnes, shortOnes),
  inTurn(STANDING_BACK, shortOnes),
];
const done = (await Promise.all(lanes)).flat();

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
 * @returns {Stage}
 */
function vitest(project) {
  const reporters = `--reporter=default --reporter=json --outputFile.json=test-results/${project}.json`;
  return {
    name: project,
    command: `npx --no-install vitest run --project ${project} ${reporters}`,
    outcome: () => ofFiles(report(project)),
  };
}

/**
 * @param {number} niceness of all it runs
 * @param {...Stage[][]} waiting chains that nobody has taken yet, those of the first list first
 */
async function inTurn(niceness, ...waiting) {
  const results = [];
  const next = () => waiting.find((chains) => chains.length > 0)?.shift();
  for (let chain = next(); chain; chain = next()) {
    for (const stage of chain) results.push(await run(stage, niceness));
  }
  return results;
}

/**
 * Prints what a stage said once it is over: several talk at once.
 *
 * @param {Stage} stage
 * @param {number} niceness
 */
async function run(stage, niceness) {
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
    if (child.pid !== undefined && niceness > 0)
      setPriority(child.pid, Math.min(getPriority() + niceness, 19));
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
 * @returns {Stage[][][]} long and short chains
 */
function choose([flag, list = '']) {
  const all = [long, short];
  if (flag === undefined) return all;
  const names = list.split(',');
  const stages = all.flat(2);
  const known = names.every((name) => stages.some((stage) => stage.name === name));
  if (flag !== '--only' || !known)
    fail(`Usage: npm test [-- --only ${stages.map((stage) => stage.name).join(',')}]`);
  return all.map((chains) => chains.map((chain) => chain.filter(({ name }) => names.includes(name))));
}
