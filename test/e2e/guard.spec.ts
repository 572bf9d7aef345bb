/** What binds the app: whatever should get to run in it, it reaches its own server alone, and runs what was built. */
import { HostileServer } from '../hostile';
import { expect, test } from './app';

test('neither the page nor the engine can ask another server or run what is not the app’s', async ({
  app,
}) => {
  const { page } = app;
  const elsewhere = await new HostileServer(Buffer.from('export default 1')).start();
  try {
    await app.open();
    const ask = (url: string) =>
      Promise.all([fetch(url), import(/* @vite-ignore */ url)].map((asked) => asked.catch(() => 'no')));
    const [engine, ...more] = page.workers();
    expect(more).toEqual([]);
    const url = elsewhere.url('taken.js');
    expect(await page.evaluate(ask, url)).toEqual(['no', 'no']);
    expect(await engine!.evaluate(ask, url)).toEqual(['no', 'no']);
    const run = await page.evaluate(async () => {
      // Whoever evaluates from outside may eval; a timer's code may not.
      await new Promise((later) => setTimeout(later));
      const tried = (what: () => unknown) => {
        try {
          return what();
        } catch (error) {
          return (error as Error).name;
        }
      };
      return [
        tried(() => (document.createElement('p').innerHTML = '<b>')),
        tried(() => new Worker('./assets/downloader.js')),
        tried(() => new Function('return 1')()), // oxlint-disable-line typescript/no-implied-eval -- is the question
      ];
    });
    expect(run).toEqual(['TypeError', 'TypeError', 'EvalError']);
    expect(elsewhere.asked).toEqual([]);
    // All tests look at these, and would have failed.
    expect(app.violations.length).toBeGreaterThanOrEqual(4);
    app.violations.length = 0;
    app.requests.length = 0;
  } finally {
    elsewhere.stop();
  }
});

test('what was changed on the way is not run, be it the runtime or the script', async ({ app }) => {
  const { page } = app;
  const change = (files: string, contentType: string) =>
    page.context().route(files, (route) => route.fulfill({ contentType, body: '' }));
  await change('**/*.wasm', 'application/wasm');
  await page.goto('/');
  await app.fill({ prompt: 'red apple' });
  await app.generate.click();
  await expect(app.alert).toContainText('is not the one that was built');

  await change('**/index-*.js', 'text/javascript');
  const refused = page.waitForEvent('console', {
    predicate: (message) => /integrity/.test(message.text()),
  });
  await page.reload();
  await refused;
  await expect(app.generate).toHaveCount(0);
});
