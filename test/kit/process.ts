/** A row's process: told a row a line, it answers a line. What else it says is kept for the case that it dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Worker } from './conduct';
import { Missing, type Measured, type Row } from './row';

/** What a process answers, on its file descriptor 3: once when it can begin, then to each row. */
export type Answer =
  | { readonly ready: true }
  | { readonly measured: Measured }
  | { readonly missing: string }
  | { readonly failed: string };

/** As much of what it said is told when it dies. */
const LAST_WORDS = 600;

export const startProcess = (command: string, args: readonly string[]): Worker =>
  new ChildWorker(spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] }));

class ChildWorker implements Worker {
  alive = true;
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  #said = '';
  readonly #gone: Promise<Answer>;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-LAST_WORDS);
      });
    }
    child.stdin?.on('error', () => undefined); // it is gone, and that is told below
    this.#answers = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
    this.#gone = new Promise((resolve) => {
      child.on('error', ({ message }) => {
        this.alive = false;
        resolve({ missing: message });
      });
      child.on('close', (code, signal) => {
        this.alive = false;
        resolve({ failed: `its process ended (${signal ?? code}): ${this.#said.trim()}` });
      });
    });
    this.ready = this.#heard().then(() => undefined);
    this.ready.catch(() => undefined); // told to whoever waits for it
  }

  async ask(row: Row): Promise<Measured> {
    this.#child.stdin?.write(`${JSON.stringify(row)}\n`);
    const answer = await this.#heard();
    if ('measured' in answer) return answer.measured;
    throw new Error('it answered out of turn');
  }

  kill(): void {
    this.alive = false;
    this.#child.kill('SIGKILL');
  }

  /** The next answer. @throws Missing, or an Error with what failed. */
  async #heard(): Promise<Answer> {
    const line = this.#answers.next().then(async ({ value, done }): Promise<Answer> => {
      return done ? this.#gone : (JSON.parse(value) as Answer);
    });
    const answer = await Promise.race([line, this.#gone]);
    if ('missing' in answer) throw new Missing(answer.missing);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer;
  }
}
