/**
 * Our graphs beside those that torch.onnx exports of the same weights, and beside themselves with a lever off: opened and
 * run in turn in one browser. Prints ratios, and fails only where something does not run. `npm run bench -- peer`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, expect, test, type Page } from 'playwright/test';
import { createServer } from 'vite';
import { launch } from '../../chromium.mjs';
import type { Backend, NetKind, Opened, Place } from './ask';
import { inputsOf, makeFiles, python, readyNative, type PeerFiles } from './files';
import { Native } from './native';
import { inTurn, median, ratio, worstOf } from './ratio';
import { switchesOf, type Variant } from './switches';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { backends, nets, rounds, steps, threads, side, profile, variants } = switchesOf(
  JSON.parse(process.env.DROBE_BENCH ?? '[]') as string[],
);
const say = (line: string): void => console.log(line);

test('our graphs beside exported ones', async () => {
  const files = await makeFiles(nets, side, say);
  if (files.missing) say(`No exported graph: ${files.missing}`);
  const noNative = variants.some(({ native }) => native) ? readyNative(say) : null;
  if (noNative) say(`Nothing outside the browser: ${noNative}`);
  const asked = variants
    .filter(({ by }) => by === 'ours' || !files.missing)
    .filter(({ native }) => !native || !noNative);
  const native = new Native(python, files.modelOf);
  await withPage([files.checkpoint, ...files.exported], async (page) => {
    for (const backend of backends) {
      for (const net of nets) {
        const here = asked.filter(({ native }) => !native || backend === 'wasm');
        const places = here.map((variant) => (variant.native ? native : placeIn(page)));
        if (rounds > 0) await compare(places, backend, net, here, files);
        if (profile) await tellShares(page, backend, net, here);
      }
    }
  });
});

const placeIn = (page: Page): Place => ({
  open: (name, opening) =>
    page.evaluate(([name, opening]) => window.peer.open(name, opening), [name, opening] as const),
  run: (name) => page.evaluate((name) => window.peer.run(name), name),
  close: (name) => page.evaluate((name) => window.peer.close(name), name),
});

/** What was measured of one graph, over all rounds. */
interface Measured {
  readonly opened: Opened[];
  readonly steps: number[];
}

/** @param places where each runs. */
async function compare(
  places: readonly Place[],
  backend: Backend,
  net: NetKind,
  asked: readonly Variant[],
  files: PeerFiles,
): Promise<void> {
  const measured = asked.map((): Measured => ({ opened: [], steps: [] }));
  const inputs = inputsOf(net, side);
  for (let round = 0; round < rounds; round++) {
    for (const i of inTurn(asked.length, round)) {
      const { name, by, levers } = asked[i]!; // of the list, as are places
      const opening = { by, levers, backend, net, inputs, ...(threads !== undefined && { threads }) };
      measured[i]!.opened.push(await told(`${name} opened`, places[i]!.open(name, opening)));
    }
    for (let step = 0; step < steps; step++) {
      for (const i of inTurn(asked.length, step)) {
        const { name } = asked[i]!;
        measured[i]!.steps.push(await told(`${name} run`, places[i]!.run(name)));
      }
    }
    for (const [i, { name }] of asked.entries()) await places[i]!.close(name);
  }
  report(backend, net, asked, measured, files.expected(net));
  for (const { steps: times } of measured) expect(times).toHaveLength(rounds * steps);
}

/** Says that it is done, and when: on an imitated card each takes minutes. */
async function told<T>(what: string, work: Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work;
  say(`  ${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}

/** Where the time of a run goes in each graph: kernels of one kind together, those of a hundredth or more. */
async function tellShares(
  page: Page,
  backend: Backend,
  net: NetKind,
  asked: readonly Variant[],
): Promise<void> {
  for (const { name, by, levers, native } of asked) {
    if (native) continue;
    const opening = { by, levers, backend, net, inputs: inputsOf(net, side), profiled: true, threads: 1 };
    await page.evaluate(([name, opening]) => window.peer.open(name, opening), [name, opening] as const);
    const shares = await page.evaluate((name) => window.peer.shares(name), name);
    await page.evaluate((name) => window.peer.close(name), name);
    const whole = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    say(`  where the time of ${name} goes (two runs, one thread, ${whole.toFixed(0)} ms):`);
    for (const { kind, milliseconds, count } of shares) {
      const part = milliseconds / whole;
      if (part >= 0.01) say(`    ${(100 * part).toFixed(1).padStart(5)} %  ${kind} (${count})`);
    }
  }
}

function report(
  backend: Backend,
  net: NetKind,
  asked: readonly Variant[],
  measured: readonly Measured[],
  expected: Float32Array | null,
): void {
  const { device, threads } = measured[0]!.opened[0]!; // there is one variant and one round at least
  say(`\n${net} at ${8 * side}² on ${backend} (${backend === 'wasm' ? `${threads} threads` : device})`);
  const of = (what: (each: Measured) => number[]): number[][] => measured.map(what);
  const row = (what: string, values: readonly number[][], digits = 0): void => {
    const medians = asked.map(({ name }, i) => `${name} ${median(values[i]!).toFixed(digits)}`);
    const ratios = asked.slice(1).map(({ name }, i) => `to ${name} ${ratio(values[0]!, values[i + 1]!)}`);
    say(`  ${what.padEnd(18)} ${ratios.join('; ').padEnd(40)} ${medians.join(', ')}`);
  };
  row(
    'create, ms',
    of(({ opened }) => opened.map(({ create }) => create)),
  );
  row(
    'first run, ms',
    of(({ opened }) => opened.map(({ first }) => first)),
  );
  row(
    'step, ms',
    of(({ steps }) => steps),
    1,
  );
  if (backend === 'webgpu') {
    row(
      'dispatches a run',
      of(({ opened }) => [opened[0]!.dispatches]),
    );
    row(
      'buffers, MB',
      of(({ opened }) => opened.map(({ bufferBytes }) => bufferBytes / 1e6)),
    );
  }
  if (!expected) return;
  const worst = asked.map(
    ({ name }, i) => `${name} ${worstOf(measured[i]!.opened[0]!.output, expected).toExponential(1)}`,
  );
  say(`  ${'worst, to PyTorch'.padEnd(18)} ${worst.join(', ')}`);
}

/** A page of the benchmark's own, isolated as the app is, that was given these files. */
async function withPage(files: readonly string[], work: (page: Page) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'drobe-'));
  const server = await createServer({ root, server: { hmr: false, watch: null }, logLevel: 'error' });
  await server.listen();
  const context = await chromium.launchPersistentContext(profile, launch);
  try {
    const page = context.pages()[0]!; // it opens with one
    page.setDefaultTimeout(0);
    page.on('pageerror', ({ message }) => say(message));
    await page.goto(`${server.resolvedUrls!.local[0]!}test/bench/peer/peer.html`); // it listens
    await page.waitForFunction(() => 'peer' in window);
    await page.locator('input').setInputFiles([...files]);
    await work(page);
  } finally {
    await context.close();
    await server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
