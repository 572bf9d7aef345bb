/** kit-browser.json and kit-browser.md: written anew after each row, so that whatever happens leaves what was found. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Facts = Readonly<Record<string, string | number>>;

interface Reported {
  readonly name: string;
  /** late: there was no time for it, or it was broken off. */
  readonly state: 'done' | 'failed' | 'late';
  readonly seconds: number;
  readonly facts: Facts;
}

export class Report {
  readonly #rows: Reported[] = [];
  readonly #folder: string;
  readonly #end: number;

  /** @param end on the clock of performance.now() */
  constructor(folder: string, end: number) {
    this.#folder = folder;
    this.#end = end;
  }

  get wrong(): boolean {
    return this.#rows.some(({ state }) => state === 'failed');
  }

  /** One row, broken off after so many seconds; what goes wrong in it stays in it. */
  async row(name: string, most: number, work: () => Promise<Facts>): Promise<void> {
    const begun = performance.now();
    const allowed = Math.min(most, (this.#end - begun) / 1000);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), 1000 * Math.max(0, allowed));
    });
    let outcome: Pick<Reported, 'state' | 'facts'>;
    try {
      const facts = allowed <= 0 ? 'late' : await Promise.race([work(), late]);
      outcome =
        facts === 'late'
          ? { state: 'late', facts: { after: `${Math.max(0, allowed).toFixed(0)} s` } }
          : { state: 'done', facts };
    } catch (error) {
      outcome = { state: 'failed', facts: { reason: reasonOf(error) } };
    }
    clearTimeout(timer);
    this.#rows.push({ name, ...outcome, seconds: (performance.now() - begun) / 1000 });
    this.#write();
  }

  #write(): void {
    const path = join(this.#folder, 'kit-browser');
    writeFileSync(`${path}.json`, `${JSON.stringify({ rows: this.#rows }, null, 1)}\n`);
    const lines = ['# Drobė in Chromium on this card', '', '| row | | found | s |', '|---|---|---|--:|'];
    for (const { name, state, facts, seconds } of this.#rows) {
      const found = Object.entries(facts).map(([what, fact]) => `${what} ${fact}`);
      const cells = [name, state === 'done' ? '' : `**${state}**`, found.join(', '), seconds.toFixed(1)];
      lines.push(`| ${cells.map(cell).join(' | ')} |`);
    }
    writeFileSync(`${path}.md`, `${lines.join('\n')}\n`);
    const last = this.#rows.at(-1);
    if (last) console.log(`${last.name}: ${last.state} ${JSON.stringify(last.facts)}`);
  }
}

/** Of a browser that does not start, what it said itself, and not how it was called. */
function reasonOf(error: unknown): string {
  const [first = '', ...lines] = (error instanceof Error ? error.message : String(error)).split('\n');
  return [first, ...lines.filter((line) => line.startsWith('[pid='))].join(' ');
}

/** A table's cell is one line without a bar. */
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 800);
