/** How much memory Chromium's processes take, from Linux' /proc; on other systems it finds none. */
import { readdirSync, readFileSync } from 'node:fs';

/** Resident bytes by kind of process (browser, gpu-process, renderer: the tab with its worker) of one profile. */
function residentBytes(profile: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const pid of processes()) {
    const command = read(`/proc/${pid}/cmdline`);
    if (!command.includes(`--user-data-dir=${profile}`)) continue;
    const kind = /--type=([\w-]+)/.exec(command)?.[1] ?? 'browser';
    const kilobytes = Number(/^VmRSS:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
    sums.set(kind, (sums.get(kind) ?? 0) + 1024 * kilobytes);
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
