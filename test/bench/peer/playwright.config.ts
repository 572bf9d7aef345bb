import { defineConfig } from 'playwright/test';

/** It serves itself, and a run that is slow is a finding, no failure. */
export default defineConfig({
  testDir: '.',
  testMatch: 'peer.spec.ts',
  outputDir: '../../../test-results/peer',
  reporter: 'list',
  workers: 1,
  timeout: 3_600_000,
});
