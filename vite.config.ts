import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { guard } from './src/cli/guard-plugin.ts';
import { integrity } from './src/cli/integrity-plugin.ts';
import { models } from './src/cli/models-plugin.ts';
import { pwa, translatedManifests } from './src/cli/pwa.ts';
import { tokenizerOnly } from './src/cli/tokenizer-plugin.ts';
import { isolation } from './src/sw/headers.ts';
import { launch } from './test/chromium.mjs';
import { DiskFirst } from './test/disk-first.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** In Node, transformers.js would pick its Node build, which wants a native runtime that we do not install. */
const inNode = {
  resolve: {
    alias: {
      '@huggingface/transformers': here('node_modules/@huggingface/transformers/dist/transformers.web.js'),
    },
  },
  test: {
    server: { deps: { inline: [/@huggingface\/transformers/] } },
    // ONNX Runtime and transformers.js are loaded once, and not by every file.
    isolate: false,
    // Another stage has the other core: helpers that collect garbage beside the tests cost more than they save.
    execArgv: ['--single-threaded-gc'],
  },
};

export default defineConfig({
  // Relative addresses: a build works in any folder of any static host.
  base: './',
  // Not a single-page fallback: a file that is missing must be a 404, not a page of HTML where weights were expected.
  appType: 'mpa',
  plugins: [
    svelte({ configFile: false }),
    tokenizerOnly(),
    integrity(),
    guard(),
    models(here('models')),
    pwa(),
    translatedManifests(),
  ],
  worker: { format: 'es', plugins: () => [tokenizerOnly(), integrity()] },
  server: { headers: isolation },
  build: {
    // Whatever has WebGPU has all of this.
    target: 'es2024',
    chunkSizeWarningLimit: 1000,
  },
  optimizeDeps: {
    // Both find files beside themselves (wasm) or need the plugin above, which pre-bundling would bypass.
    exclude: ['onnxruntime-web', '@huggingface/transformers'],
    // Only the worker imports these, where Vite finds them late, and would reload the page in the middle of a test.
    include: [
      'fflate',
      'idb-keyval',
      'onnxruntime-common',
      '@huggingface/transformers > @huggingface/jinja',
      '@huggingface/transformers > @huggingface/tokenizers',
    ],
  },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is looked for again and again comes at once, and later on a busy machine.
    expect: { requireAssertions: true, poll: { timeout: 60_000 } },
    sequence: { sequencer: DiskFirst },
    projects: [
      {
        extends: true,
        resolve: inNode.resolve,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...inNode.test },
      },
      {
        extends: true,
        resolve: inNode.resolve,
        test: {
          name: 'golden',
          include: ['test/golden/**/*.test.ts'],
          setupFiles: ['test/golden/setup.ts'],
          ...inNode.test,
        },
      },
      ...['browser', 'bench'].map((name): TestProjectConfiguration => ({
        extends: true,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          // Software rendering is slow, and two at once are slower.
          testTimeout: 900_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launch }),
            instances: [{ browser: 'chromium' }],
          },
        },
      })),
    ],
  },
});
