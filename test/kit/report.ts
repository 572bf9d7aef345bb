/** kit.json and kit.md, or of another name: written anew after each row, so that whatever happens leaves what was found. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Facts, Part, Reported, State } from './row';

export interface Report {
  /** What ran: versions, flags, when. */
  readonly about: Facts;
  readonly rows: readonly Reported[];
  /** Rows that have not been asked yet. */
  readonly left: readonly string[];
}

/** What a report is called: its files, and at its head. */
export interface Title {
  readonly file: string;
  readonly title: string;
}

const KIT: Title = { file: 'kit', title: 'Drobė on this card' };

export function writeReport(folder: string, report: Report, { file, title }: Title = KIT): void {
  write(join(folder, `${file}.json`), `${JSON.stringify(report, null, 1)}\n`);
  write(join(folder, `${file}.md`), asMarkdown(report, title));
}

/** Whole or not at all. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

const parts: readonly Part[] = ['what is there', 'truth', 'time'];

const said: Readonly<Record<State, string>> = {
  right: 'right',
  wrong: '**WRONG**',
  unused: 'wrong, not used',
  done: '',
  missing: 'not here',
  failed: '**failed**',
  late: 'no time',
};

export function asMarkdown({ about, rows, left }: Report, title = KIT.title): string {
  const lines = [`# ${title}`, ''];
  for (const [name, fact] of Object.entries(about)) lines.push(`- ${name}: ${fact}`);
  lines.push('', `${counted(rows)}${left.length > 0 ? `; ${left.length} not asked yet` : ''}.`);
  for (const part of parts) {
    const own = rows.filter((row) => row.part === part);
    if (own.length === 0) continue;
    lines.push('', `## ${part}`, '');
    lines.push('| row | | worst | bound | found | s |', '|---|---|--:|--:|---|--:|');
    for (const row of own) {
      const found = [factsOf(row.facts), row.reason ?? ''].filter(Boolean).join('; ');
      const cells = [row.name, said[row.state], number(row.worst), number(row.bound), found];
      lines.push(`| ${[...cells, row.seconds.toFixed(1)].map(cell).join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** How many rows ended how: "41 right, 1 WRONG". */
export function counted(rows: readonly Reported[]): string {
  const states = Object.keys(said) as State[];
  const counts = states.map((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? '' : `${count} ${said[state].replaceAll('*', '') || 'measured'}`;
  });
  return counts.filter(Boolean).join(', ') || 'nothing';
}

const factsOf = (facts: Facts = {}): string =>
  Object.entries(facts)
    .map(([name, fact]) => `${name} ${fact}`)
    .join(', ');

const number = (value: number | undefined): string => (value === undefined ? '' : value.toExponential(1));

/** A table's cell is one line without a bar. */
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 800);
