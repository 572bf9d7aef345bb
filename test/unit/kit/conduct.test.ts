import { describe, expect, it } from 'vitest';
import { conduct, type Conditions, type Worker } from '../../kit/conduct';
import { Missing, type Measured, type Reported, type Row } from '../../kit/row';

const row = (name: string, worth: number, more: Partial<Row> = {}): Row =>
  ({
    name,
    part: 'truth',
    worth,
    seconds: 10,
    by: 'webgpu',
    run: () => Promise.resolve({}),
    ...more,
  }) as Row;

/** Answers by a row's name: what is measured, what is thrown, or how many seconds it takes for ever. */
type Script = Readonly<Record<string, Measured | Error | number>>;

/** Asks these rows of processes that answer by the script; time passes only where somebody waits for it. */
async function asked(
  rows: readonly Row[],
  script: Script,
  { seconds = 100, start }: { seconds?: number; start?: (by: Row['by']) => Error | undefined } = {},
): Promise<{ reported: Reported[]; started: string[]; killed: number }> {
  let clock = 0;
  let killed = 0;
  const reported: Reported[] = [];
  const started: string[] = [];
  const conditions: Conditions = {
    seconds,
    now: () => clock,
    wait: (allowed) =>
      new Promise((resolve) =>
        setTimeout(() => {
          clock += allowed;
          resolve();
        }, 5),
      ),
    start: (by) => {
      started.push(by);
      const error = start?.(by);
      const worker = {
        alive: true as boolean,
        ready: error ? Promise.reject(error) : Promise.resolve(),
        async ask({ name }) {
          const answer = script[name] ?? {};
          clock += 1;
          if (typeof answer === 'number') return new Promise<Measured>(() => undefined);
          if (!(answer instanceof Error)) return answer;
          worker.alive = answer instanceof Missing; // whoever crashes is gone
          throw answer;
        },
        kill() {
          worker.alive = false;
          killed++;
        },
      } satisfies Worker;
      worker.ready.catch(() => undefined);
      return worker;
    },
    onRow: (found) => reported.push(found),
  };
  await conduct(rows, conditions);
  return { reported, started, killed };
}

const states = (reported: readonly Reported[]): string[] =>
  reported.map(({ name, state }) => `${name} ${state}`);

describe('conduct', () => {
  it('asks what is worth most first', async () => {
    const { reported } = await asked([row('b', 1), row('a', 2), row('c', 0)], {});
    expect(states(reported)).toEqual(['a done', 'b done', 'c done']);
  });

  it('takes no number at all, and one beyond the bound, for wrong', async () => {
    const rows = [
      row('good', 3, { bound: 0.1 }),
      row('NaN', 2, { bound: 0.1 }),
      row('far', 1, { bound: 0.1 }),
    ];
    const script = { good: { worst: 0.1 }, NaN: { worst: NaN }, far: { worst: 0.2 } };
    const { reported } = await asked([...rows, row('silent', 0, { bound: 0.1 })], script);
    expect(states(reported)).toEqual(['good right', 'NaN wrong', 'far wrong', 'silent wrong']);
  });

  it('tells a wrong kernel that nobody is given from one that is used', async () => {
    const { reported } = await asked([row('a', 1, { bound: 0.1 })], { a: { worst: 1, unused: 'why' } });
    expect(reported).toMatchObject([{ state: 'unused', worst: 1, reason: 'why' }]);
  });

  it('goes on in another process when one crashes', async () => {
    const { reported, started } = await asked([row('a', 2), row('b', 1)], { a: new Error('SIGSEGV') });
    expect(states(reported)).toEqual(['a failed', 'b done']);
    expect(reported[0]?.reason).toBe('SIGSEGV');
    expect(started).toEqual(['webgpu', 'webgpu']);
  });

  it('goes on in the same one when a row lacks something, such as a golden file', async () => {
    const { reported, started } = await asked([row('a', 2), row('b', 1)], { a: new Missing('no file') });
    expect(states(reported)).toEqual(['a missing', 'b done']);
    expect(started).toEqual(['webgpu']);
  });

  it('breaks off what takes too long, and asks the rest', async () => {
    const { reported, killed } = await asked([row('slow', 2), row('b', 1)], { slow: Infinity });
    expect(states(reported)).toEqual(['slow late', 'b done']);
    expect(reported[0]?.reason).toContain('10 s');
    expect(killed).toBe(2);
  });

  it.each([0, 1, 2, 3])(
    'names all that it had no time for when the time is over after %i rows',
    async (count) => {
      const rows = [row('a', 3), row('b', 2), row('c', 1)];
      const { reported } = await asked(rows, {}, { seconds: count === 0 ? 1 : count + 1.5 });
      expect(reported).toHaveLength(3);
      expect(reported.filter(({ state }) => state === 'done')).toHaveLength(count);
      expect(reported.filter(({ state }) => state === 'late')).toHaveLength(3 - count);
    },
  );

  it('says of each row that there is no WebGPU or no PyTorch, and looks for it once', async () => {
    const rows = [row('a', 3), row('t', 2, { by: 'torch' }), row('b', 1)];
    const without = (by: Row['by']): Error | undefined =>
      by === 'webgpu' ? new Missing('no Vulkan') : undefined;
    const { reported, started } = await asked(rows, {}, { start: without });
    expect(states(reported)).toEqual(['a missing', 't done', 'b missing']);
    expect(started).toEqual(['webgpu', 'torch']);
  });

  it('gives up a process that breaks whenever it is started', async () => {
    const rows = [5, 4, 3, 2, 1].map((worth) => row(`${worth}`, worth));
    const { reported, started } = await asked(rows, {}, { start: () => new Error('SIGILL') });
    expect(reported.every(({ state, reason }) => state === 'failed' && reason === 'SIGILL')).toBe(true);
    expect(started).toHaveLength(3);
  });

  it('gives a row that must be alone a process of its own', async () => {
    const { started } = await asked([row('a', 3), row('b', 2, { alone: true }), row('c', 1)], {});
    expect(started).toHaveLength(3);
  });
});
