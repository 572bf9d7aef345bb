import { defineConfig } from 'playwright/test';
import e2e from '../e2e/playwright.config';

export default defineConfig(e2e, {
  testDir: '.',
  testMatch: '*.spec.ts', // beside Vitest's
  outputDir: '../../test-results/bench',
  reporter: 'list',
  timeout: 3_600_000,
});
