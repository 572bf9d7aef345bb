/** Rows of the app, asked one after the other: the report is written anew after each. */
import { writeReport, type Title } from '../report';
import { judge, type Facts, type Measured, type Part, type Reported } from '../row';

export interface Asked {
  readonly name: string;
  readonly part: Part;
  /** The seconds it may take; then it is broken off. */
  readonly seconds: number;
  /** What `worst` may be. */
  readonly bound?: number;
}

const TITLE: Title = { file: 'kit-browser', title: 'Drobė in Chromium on this card' };

export class Rows {
  readonly #rows: Reported[] = [];
  readonly #folder: string;
  readonly #about: Facts;
  readonly #end: number;

  /** @param end on the clock of performance.now() */
  constructor(folder: string, about: Facts, end: number) {
    this.#folder = folder;
    this.#about = about;
    this.#end = end;
  }

  /** Whether a row is wrong or broke. */
  get bad(): boolean {
    return this.#rows.some(({ state }) => state === 'failed' || state === 'wrong');
  }

  /** What goes wrong in a row stays in it. */
  async ask({ name, part, seconds, bound }: Asked, work: () => Promise<Measured>): Promise<void> {
    const begun = performance.now();
    const allowed = Math.min(seconds, (this.#end - begun) / 1000);
    const outcome = allowed <= 0 ? LATE : await within(allowed, work, bound);
    const took = (performance.now() - begun) / 1000;
    const row: Reported = { name, part, ...(bound !== undefined && { bound }), ...outcome, seconds: took };
    this.#rows.push(row);
    writeReport(this.#folder, { about: this.#about, rows: this.#rows, left: [] }, TITLE);
    console.log([row.state, name, row.reason ?? '', JSON.stringify(row.facts ?? {})].join('  '));
  }
}

type Outcome = Pick<Reported, 'state' | 'reason' | 'worst' | 'facts'>;

const LATE: Outcome = { state: 'late', reason: 'the time was over' };

async function within(seconds: number, work: () => Promise<Measured>, bound?: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), 1000 * seconds);
  });
  try {
    const measured = await Promise.race([work(), late]);
    if (!measured) return { state: 'late', reason: `broken off after ${seconds.toFixed(0)} s` };
    const { worst, facts } = measured;
    const state = judge(bound, measured);
    return { state, ...(worst !== undefined && { worst }), ...(facts && { facts }) };
  } catch (error) {
    return { state: 'failed', reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Of a browser that does not start, what it said itself, and not how it was called. */
function reasonOf(error: unknown): string {
  const [first = '', ...lines] = (error instanceof Error ? error.message : String(error)).split('\n');
  return [first, ...lines.filter((line) => line.startsWith('[pid='))].join(' ');
}
