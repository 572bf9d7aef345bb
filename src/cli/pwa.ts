/** What makes the page an app that can be installed and works offline: its manifest and its service worker. */
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { app } from '../ui/words/en/shell/app.ts';
import { installed } from '../ui/words/en/shell/installed.ts';
import { app as ltApp } from '../ui/words/lt/shell/app.ts';
import { installed as ltInstalled } from '../ui/words/lt/shell/installed.ts';
import { manifestIn } from './manifest.ts';
import { KEPT } from './shipped.mjs';

const translations = { lt: { app: ltApp, installed: ltInstalled } };

/**
 * Vite bundles the service worker. Workbox has a bundler of its own, which takes Babel and 250 packages more: package.json leaves them
 * out ("overrides"), so that the strategy 'generateSW' would not work.
 */
export const pwa = () =>
  VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/sw',
    filename: 'sw.ts',
    registerType: 'prompt',
    injectRegister: false, // src/ui/shell/offline.svelte.ts does
    includeManifestIcons: false, // globPatterns have them
    integration: { configureCustomSWViteBuild: (build) => void (build.logLevel = 'warn') },
    injectManifest: {
      rollupFormat: 'iife',
      globPatterns: [
        '**/*.{html,js,css,svg,png,json,txt,wasm}',
        'manifest.*.webmanifest',
        ...KEPT.map((file) => `models/${file}`),
      ],
      globIgnores: ['models/index.json', 'sw.js'],
      maximumFileSizeToCacheInBytes: 2 ** 26, // none is to be left out
    },
    manifest: { lang: 'en', ...manifestIn({ app, installed }) },
  });

/** The manifest in the other languages, beside the English one; ui/shell/head.ts switches between them. */
export const translatedManifests = (): Plugin => ({
  name: 'drobe:translated-manifests',
  apply: 'build',
  generateBundle() {
    for (const [lang, words] of Object.entries(translations))
      this.emitFile({
        type: 'asset',
        fileName: `manifest.${lang}.webmanifest`,
        source: JSON.stringify({ lang, ...manifestIn(words) }),
      });
  },
});
