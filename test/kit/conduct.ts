/** Asks one row after another, in order of worth, until the time is over: none can keep the others from being asked. */
import { judge, type Measured, type Reported, type Row } from './row';

/** A process that works on rows, and may be killed at any time. */
export interface Worker {
  /** When it can begin. Rejected with Missing where no such process can work on this machine. */
  readonly ready: Promise<void>;
  /** @throws Missing, or whatever went wrong: with it the process may be gone. */
  ask(row: Row): Promise<Measured>;
  /** False once the process is gone. */
  readonly alive: boolean;
  kill(): void;
}

export interface Conditions {
  readonly start: (by: Row['by']) => Worker;
  /** Seconds since anything. */
  readonly now: () => number;
  readonly wait: (seconds: number) => Promise<void>;
  /** How long all rows may take. */
  readonly seconds: number;
  /** Told of each row at once. */
  readonly onRow: (reported: Reported) => void;
}

/** With less time than this no row is begun. */
const LEAST = 2;

export async function conduct(rows: readonly Row[], conditions: Conditions): Promise<void> {
  const { now, seconds, onRow } = conditions;
  const end = now() + seconds;
  const workers = new Workers(conditions);
  for (const row of [...rows].sort((a, b) => b.worth - a.worth)) {
    const { name, part, bound } = row;
    const begun = now();
    const allowed = Math.min(row.seconds, end - begun);
    const outcome: Pick<Reported, 'state' | 'reason' | 'worst' | 'facts'> =
      allowed < LEAST
        ? { state: 'late', reason: 'the time was over' }
        : await ask(row, allowed, workers, conditions);
    onRow({ name, part, ...(bound !== undefined && { bound }), ...outcome, seconds: now() - begun });
  }
  workers.killAll();
}

async function ask(
  row: Row,
  allowed: number,
  workers: Workers,
  { wait }: Conditions,
): Promise<Pick<Reported, 'state' | 'reason' | 'worst' | 'facts'>> {
  const answer = workers.for(row).then((worker) => worker.ask(row));
  answer.catch(() => undefined); // told below, unless nobody waits for it any longer
  try {
    const measured = await Promise.race([answer, wait(allowed).then(() => null)]);
    if (!measured) {
      workers.kill(row.by);
      return { state: 'late', reason: `broken off after ${allowed.toFixed(0)} s` };
    }
    const { worst, facts, unused } = measured;
    const state = judge(row.bound, measured);
    return {
      state,
      ...(worst !== undefined && { worst }),
      ...(facts && { facts }),
      ...(state === 'unused' && { reason: unused ?? '' }),
    };
  } catch (error) {
    const missing = error instanceof Error && error.name === 'Missing';
    const reason = error instanceof Error ? error.message : String(error);
    return { state: missing ? 'missing' : 'failed', reason };
  } finally {
    if (row.alone) workers.kill(row.by);
  }
}

/** So often a process is started that never gets ready. */
const TRIES = 3;

/** One process of each kind, begun anew when it is gone. */
class Workers {
  readonly #start: Conditions['start'];
  readonly #running = new Map<Row['by'], Worker>();
  readonly #ready = new Set<Worker>();
  /** Why there is none, and will not be. */
  readonly #given = new Map<Row['by'], unknown>();
  readonly #tries = { webgpu: TRIES, torch: TRIES };

  constructor({ start }: Conditions) {
    this.#start = start;
  }

  async for({ by, alone }: Row): Promise<Worker> {
    if (this.#given.has(by)) throw this.#given.get(by);
    let worker = this.#running.get(by);
    if (!worker?.alive || alone) {
      worker?.kill();
      worker = this.#start(by);
      this.#running.set(by, worker);
    }
    try {
      await worker.ready;
    } catch (error) {
      this.#running.delete(by);
      const missing = error instanceof Error && error.name === 'Missing';
      if (--this.#tries[by] === 0 || missing) this.#given.set(by, error);
      throw error;
    }
    this.#ready.add(worker);
    return worker;
  }

  kill(by: Row['by']): void {
    const worker = this.#running.get(by);
    if (!worker) return;
    worker.kill();
    this.#running.delete(by);
    if (this.#ready.has(worker) || this.#given.has(by)) return;
    if (--this.#tries[by] === 0) this.#given.set(by, new Error('its process never gets ready'));
  }

  killAll(): void {
    for (const by of [...this.#running.keys()]) this.kill(by);
  }
}
