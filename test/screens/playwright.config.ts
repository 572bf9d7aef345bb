import { defineConfig } from 'playwright/test';
import e2e from '../e2e/playwright.config';

export default defineConfig(e2e, {
  testDir: '.',
  outputDir: '../../test-results/screens-failed',
  reporter: 'list',
  timeout: 1_800_000,
});
