/** The web app manifest: how the app appears on a device, and which files and shared content it accepts. */
import type { ManifestOptions } from 'vite-plugin-pwa';
import { SHARE_ADDRESS, SHARE_FIELDS } from '../sw/shared.ts';
import type { Words } from '../ui/words/en/index.ts';

const PICTURES = { 'image/png': ['.png'], 'image/jpeg': ['.jpg', '.jpeg'], 'image/webp': ['.webp'] };
/** Checkpoints have no media type of their own. */
const MODELS = { 'application/octet-stream': ['.safetensors', '.sft', '.pth'] };

/** The manifest in one language. */
export const manifestIn = ({
  app,
  installed: { manifest: words },
}: Pick<Words, 'app' | 'installed'>): Partial<ManifestOptions> => ({
  id: './',
  name: 'Drobė',
  short_name: 'Drobė',
  description: app.inShort,
  start_url: './',
  scope: './',
  display: 'standalone',
  // The page's header then takes the place of the title bar.
  display_override: ['window-controls-overlay', 'standalone'],
  // Opening the app again must not reload a page that is drawing.
  launch_handler: { client_mode: ['focus-existing', 'auto'] },
  // --bg of design.css. A manifest has no dark colours; index.html sets them for the page itself.
  background_color: '#f3efe9',
  theme_color: '#f3efe9',
  categories: ['graphics', 'photo', 'productivity'],
  icons: [
    { src: 'favicon.svg', type: 'image/svg+xml', sizes: 'any' },
    { src: 'icons/192.png', type: 'image/png', sizes: '192x192' },
    { src: 'icons/512.png', type: 'image/png', sizes: '512x512' },
    { src: 'icons/maskable.png', type: 'image/png', sizes: '512x512', purpose: 'maskable' },
  ],
  screenshots: [
    { src: 'screenshots/desktop.webp', sizes: '1440x900', form_factor: 'wide' as const },
    { src: 'screenshots/phone.webp', sizes: '390x844', form_factor: 'narrow' as const },
  ].map((screenshot) => ({ ...screenshot, type: 'image/webp', label: words.screenshot })),
  // ui/shell/arrivals.svelte.ts reads what follows #.
  shortcuts: [
    { name: words.newPicture, url: './#new' },
    { name: words.inpaint, url: './#inpaint' },
    { name: words.album, url: './#album' },
  ].map((shortcut) => ({ ...shortcut, icons: [{ src: 'icons/192.png', sizes: '192x192' }] })),
  file_handlers: [{ action: './', accept: { ...PICTURES, ...MODELS } }],
  share_target: {
    action: `./${SHARE_ADDRESS}`,
    method: 'POST',
    enctype: 'multipart/form-data',
    params: {
      ...SHARE_FIELDS,
      files: [
        { name: SHARE_FIELDS.files, accept: [...Object.keys(PICTURES), ...Object.values(PICTURES).flat()] },
      ],
    },
  },
});
