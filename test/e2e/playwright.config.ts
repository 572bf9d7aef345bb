import { fileURLToPath } from 'node:url';
import { defineConfig } from 'playwright/test';
import { launch } from '../chromium.mjs';
import { startPort, oneThreadPort } from './ports';
import { sharing } from './shared-context';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/e2e',
  reporter: [['list'], ['json', { outputFile: '../../test-results/e2e.json' }]],
  // One at a time: a software GPU takes every core there is.
  workers: 1,
  // Software rendering is slow, and slower still on a busy machine.
  timeout: 900_000,
  expect: { timeout: 120_000 },
  // Once more where a machine was too busy: `npm test` names what passed at the second try only.
  retries: 1,
  forbidOnly: Boolean(process.env.CI),
  use: {
    baseURL: `http://localhost:${startPort}`,
    // What cannot be pressed is told long before the whole test is given up.
    actionTimeout: 120_000,
    screenshot: 'only-on-failure',
    // Motion on the page is painted by the CPU here, as is the work of the nets: neither animations nor a screencast.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'off',
    // Only offline.spec.ts is about it: elsewhere it would fetch 50 MB for each test.
    serviceWorkers: 'block',
  },
  projects: [
    {
      name: 'chromium',
      use: { browserName: 'chromium', launchOptions: { ...launch, args: [...launch.args, ...sharing] } },
    },
  ],
  webServer: [
    // What a person runs, not a server made for tests.
    served(`node src/cli/start.mjs --port ${startPort}`, startPort),
    served(`node test/e2e/one-thread.mjs ${oneThreadPort}`, oneThreadPort),
  ],
});

function served(command: string, port: number) {
  return { command, cwd: root, env: { CI: 'true' }, url: `http://localhost:${port}`, timeout: 300_000 };
}
