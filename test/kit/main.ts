/**
 * `run` asks all rows and writes the report; `work` is a process that it asks; `adapter` says which card is found. All take
 * --kit; run and work --work and --scale; run --seconds, --out, and --only and --without, patterns of rows' names.
 */
import { mkdirSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openBench, openGpu, FLAGS, versionsIn, type Scale } from './bench';
import { conduct } from './conduct';
import { writeFormula } from './full-size';
import { startProcess, type Answer } from './process';
import { counted, writeReport } from './report';
import type { Reported } from './row';
import { rowsOf } from './rows';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kit: { type: 'string', default: '.' },
    work: { type: 'string', default: '/tmp/drobe-kit' },
    scale: { type: 'string', default: 'full' },
    seconds: { type: 'string', default: '150' },
    out: { type: 'string', default: '.' },
    only: { type: 'string' },
    without: { type: 'string' },
  },
});
const scale: Scale = values.scale === 'small' ? 'small' : 'full';
const { kit, work } = values;

if (positionals[0] === 'work') await answerRows();
else if (positionals[0] === 'adapter') await sayAdapter();
else await run();

async function run(): Promise<void> {
  const begun = performance.now();
  const now = (): number => (performance.now() - begun) / 1000;
  mkdirSync(work, { recursive: true });
  mkdirSync(values.out, { recursive: true });
  const matches = (pattern: string | undefined, name: string): boolean =>
    !!pattern && new RegExp(pattern).test(name);
  const rows = rowsOf(kit, scale).filter(
    ({ name }) => (!values.only || matches(values.only, name)) && !matches(values.without, name),
  );
  const { node, ort, dawn } = versionsIn(kit);
  const about = {
    'ONNX Runtime Web': ort,
    'Dawn (npm webgpu)': `${dawn}, ${FLAGS.join(' ')}`,
    Node: node,
    begun: new Date().toISOString(),
    'seconds allowed': values.seconds,
    scale,
  };
  const reported: Reported[] = [];
  const flush = (): void => {
    const done = new Set(reported.map(({ name }) => name));
    const left = rows.map(({ name }) => name).filter((name) => !done.has(name));
    writeReport(values.out, { about: { ...about, 'seconds taken': now().toFixed(0) }, rows: reported, left });
  };
  flush();
  writeFormula(kit, work, scale);
  const shared = ['--kit', kit, '--work', work, '--scale', scale];
  await conduct(rows, {
    start: (by) =>
      by === 'webgpu'
        ? startProcess(process.execPath, [process.argv[1]!, 'work', ...shared])
        : startProcess('python3', [`${kit}/torch_rows.py`, ...shared]),
    now,
    wait: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds).unref()),
    seconds: Number(values.seconds),
    onRow(row) {
      reported.push(row);
      flush();
      const { state, name, worst, reason = '' } = row;
      console.log([state.padEnd(7), name, worst?.toExponential(1) ?? '', reason].join('  ').slice(0, 300));
    },
  });
  console.log(`${counted(reported)}, in ${now().toFixed(0)} s`);
  process.exit(0);
}

/** Reads rows from standard input, and answers on file descriptor 3. */
async function answerRows(): Promise<void> {
  const answer = (said: Answer): unknown => writeSync(3, `${JSON.stringify(said)}\n`);
  const failure = (error: unknown): Answer => {
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof Error && error.name === 'Missing' ? { missing: reason } : { failed: reason };
  };
  try {
    const rows = new Map(rowsOf(kit, scale).map((row) => [row.name, row]));
    const bench = await openBench(kit, work, scale);
    answer({ ready: true });
    for await (const line of createInterface({ input: process.stdin })) {
      const row = rows.get((JSON.parse(line) as { name: string }).name);
      try {
        if (row?.by !== 'webgpu') throw new Error('no such row');
        answer({ measured: await row.run(bench) });
      } catch (error) {
        answer(failure(error));
      }
    }
  } catch (error) {
    answer(failure(error));
  }
  // Dawn's threads would keep it alive.
  process.exit(0);
}

/** Says which card is found; fails where there is none. */
async function sayAdapter(): Promise<void> {
  const { info } = (await openGpu(kit).requestAdapter()) ?? {};
  console.log(
    info ? `${info.vendor} ${info.architecture}: ${info.description}` : 'no Vulkan device is found',
  );
  process.exit(info ? 0 : 1);
}
