/** Draws public/icons/ anew from public/favicon.svg, in a browser: `node src/cli/icons.mjs`, after the drawing changed. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { launch } from '../../test/chromium.mjs';
import { root } from './packages.mjs';

const rounded = readFileSync(join(root, 'public/favicon.svg'), 'utf8');
/** For systems that cut icons to a shape of their own: no corners of ours. */
const square = rounded.replace(' rx="7"', '');
const icons = /** @type {const} */ ([
  ['192', rounded, 192],
  ['512', rounded, 512],
  ['maskable', square, 512],
  ['apple', square, 180],
]);

mkdirSync(join(root, 'public/icons'), { recursive: true });
const browser = await chromium.launch(launch);
for (const [name, svg, size] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: join(root, `public/icons/${name}.png`), omitBackground: true });
}
await browser.close();
