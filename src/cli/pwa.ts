/** What makes the page an app that can be installed and works offline: its manifest and its service worker. */
import type { Plugin } from 'vite';
import { VitePWA, type ManifestOptions } from 'vite-plugin-pwa';
import { app } from '../ui/words/en/app.ts';
import { app as lt } from '../ui/words/lt/app.ts';
import { KEPT } from './shipped.mjs';

/** @param words of the app, in one language. */
const manifestIn = (words: typeof app): Partial<ManifestOptions> => ({
  id: './',
  name: 'Drobė',
  short_name: 'Drobė',
  description: words.inShort,
  start_url: './',
  scope: './',
  display: 'standalone',
  // As --bg in design.css. Dark ones cannot be said here; index.html says them for the page itself.
  background_color: '#f3efe9',
  theme_color: '#f3efe9',
  categories: ['graphics', 'productivity'],
  icons: [
    { src: 'favicon.svg', type: 'image/svg+xml', sizes: 'any' },
    { src: 'icons/192.png', type: 'image/png', sizes: '192x192' },
    { src: 'icons/512.png', type: 'image/png', sizes: '512x512' },
    { src: 'icons/maskable.png', type: 'image/png', sizes: '512x512', purpose: 'maskable' },
  ],
});

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
    manifest: { lang: 'en', ...manifestIn(app) },
  });

/** The manifest in the other languages, beside that of English; ui/shell/head.ts exchanges one for the other. */
export const translatedManifests = (): Plugin => ({
  name: 'drobe:translated-manifests',
  apply: 'build',
  generateBundle() {
    for (const [lang, words] of Object.entries({ lt }))
      this.emitFile({
        type: 'asset',
        fileName: `manifest.${lang}.webmanifest`,
        source: JSON.stringify({ lang, ...manifestIn(words) }),
      });
  },
});
