import { expect, it } from 'vitest';
import type { Worker } from '../../kit/conduct';
import { startProcess } from '../../kit/process';
import { Missing, type Row } from '../../kit/row';

const row = { name: 'a row' } as Row;
/** A process of Node's that begins with this line, then does this for each line that it is told. */
const scripted = (first: unknown, each = ''): Worker =>
  startProcess(process.execPath, [
    '-e',
    `const { writeSync } = require('fs');
     const say = (said) => writeSync(3, JSON.stringify(said) + '\\n');
     say(${JSON.stringify(first)});
     require('readline').createInterface({ input: process.stdin }).on('line', (line) => { ${each} });`,
  ]);

it('tells a row and hears what was measured, whatever else the process says', async () => {
  const worker = scripted(
    { ready: true },
    'console.log("noise"); say({ measured: { facts: JSON.parse(line) } })',
  );
  expect(await worker.ask(row)).toEqual({ facts: { name: 'a row' } });
  expect(await worker.ask(row)).toEqual({ facts: { name: 'a row' } });
  worker.kill();
});

it('says what a process said last when it dies', async () => {
  const worker = scripted(
    { ready: true },
    'console.error("out of luck"); process.kill(process.pid, "SIGTERM")',
  );
  await expect(worker.ask(row)).rejects.toThrow(/SIGTERM.*out of luck/s);
  expect(worker.alive).toBe(false);
});

it('passes on that something is missing, at the start and later', async () => {
  await expect(scripted({ missing: 'no adapter' }).ready).rejects.toThrow(new Missing('no adapter'));
  const worker = scripted({ ready: true }, 'say({ missing: "no file" })');
  await expect(worker.ask(row)).rejects.toMatchObject({ name: 'Missing', message: 'no file' });
  worker.kill();
});

it('misses a program that is not there, such as Python', async () => {
  await expect(startProcess('no-such-program', []).ready).rejects.toMatchObject({ name: 'Missing' });
});
