/** How much memory Chromium's processes take, from Linux' /proc; on other systems it finds none. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Resident bytes by kind of process (browser, gpu-process, renderer: the tab with its worker) of one profile, without
 * the program's own pages. What two processes share counts in both.
 */
export function residentBytes(profile: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const pid of processes()) {
    const command = read(`/proc/${pid}/cmdline`);
    if (!command.includes(`--user-data-dir=${profile}`)) continue;
    const kind = /--type=([\w-]+)/.exec(command)?.[1] ?? 'browser';
    const status = read(`/proc/${pid}/status`);
    const kilobytes = (row: string): number =>
      Number(new RegExp(`^${row}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    sums.set(kind, (sums.get(kind) ?? 0) + 1024 * (kilobytes('RssAnon') + kilobytes('RssShmem')));
  }
  return sums;
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

/** The most that each kind had at one time, looked at five times a second, until it is stopped. */
export class MemoryWatch {
  #peaks = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(profile: string) {
    this.#timer = setInterval(() => {
      for (const [kind, bytes] of residentBytes(profile)) {
        this.#peaks.set(kind, Math.max(this.#peaks.get(kind) ?? 0, bytes));
      }
    }, 200);
  }

  /** The peaks since the last call. */
  take(): ReadonlyMap<string, number> {
    const peaks = this.#peaks;
    this.#peaks = new Map();
    return peaks;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** The peaks since they were last taken, in words, and beside the size of a file. Processes under 0.1 GB are left out. */
export function describePeaks(watch: MemoryWatch, bytes: number): string {
  const peaks = [...watch.take()]
    .filter(([, peak]) => peak > 1e8)
    .map(([kind, peak]) => `${kind} ${(peak / 1e9).toFixed(2)} GB (${(peak / bytes).toFixed(2)} ×)`);
  return `peaks: ${peaks.join(', ')}`;
}
