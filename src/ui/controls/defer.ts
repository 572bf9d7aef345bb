/** Work done piece by piece, each in a task of its own, so that between them the page is painted and keys are handled. */

/** Where a browser has no scheduler (Safari), a timer is as good. */
const { scheduler } = globalThis as { scheduler?: { postTask(work: () => void): Promise<void> } };

const task = (): Promise<void> =>
  scheduler ? scheduler.postTask(() => undefined) : new Promise((done) => setTimeout(done));

let last: Promise<unknown> = Promise.resolve();

/** Does the work after all that was added before. */
export function defer(work: () => void): void {
  last = last.then(task).then(work).catch(reportError);
}
