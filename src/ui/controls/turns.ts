/** Work that the page does piece by piece, each in a task of its own: between them it is painted, and keys are heard. */

/** Where a browser has no scheduler (Safari), a timer is as good. */
const { scheduler } = globalThis as { scheduler?: { postTask(work: () => void): Promise<void> } };

const task = (): Promise<void> =>
  scheduler ? scheduler.postTask(() => undefined) : new Promise((done) => setTimeout(done));

let last: Promise<unknown> = Promise.resolve();

/** Does the work after all that was asked for before it. */
export function inTurn(work: () => void): void {
  last = last.then(task).then(work).catch(reportError);
}
