/**
 * Draws icons of Iconify packages as PNG files: node rasterise.mjs <packages> <jobs.json> <folder> <pixels>
 * A job is [set, name of the icon, file]. Files already there are left alone, so that a run can be gone on with.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/**
 * @typedef {{ body: string, left?: number, top?: number, width?: number, height?: number }} Icon
 * @typedef {{ icons: Record<string, Icon>, aliases?: Record<string, { parent: string }>, width?: number, height?: number }} IconSet
 * @typedef {new (svg: string, options: object) => { render(): { asPng(): Uint8Array } }} Resvg
 */

const [packages = '', jobsFile = '', folder = '', pixels] = process.argv.slice(2);
const require = createRequire(join(resolve(packages), 'node_modules', 'any.js'));
const { Resvg } = /** @type {{ Resvg: Resvg }} */ (/** @type {unknown} */ (require('@resvg/resvg-js')));

/** @type {Map<string, IconSet>} */
const sets = new Map();

/** @param {string} name */
function iconSet(name) {
  const set = sets.get(name) ?? /** @type {IconSet} */ (require(`@iconify-json/${name}/icons.json`));
  sets.set(name, set);
  return set;
}

/**
 * @param {string} set
 * @param {string} name
 */
function svgOf(set, name) {
  const { icons, aliases = {}, width = 16, height = 16 } = iconSet(set);
  const icon = icons[name] ?? icons[aliases[name]?.parent ?? ''];
  if (!icon) return null;
  const box = [icon.left ?? 0, icon.top ?? 0, icon.width ?? width, icon.height ?? height].join(' ');
  const names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return `<svg ${names} viewBox="${box}">${icon.body}</svg>`;
}

const jobs = /** @type {[set: string, name: string, file: string][]} */ (
  JSON.parse(readFileSync(jobsFile, 'utf8'))
);
for (const [set, name, file] of jobs) {
  const path = join(folder, file);
  if (existsSync(path)) continue;
  // resvg ends the whole process on a few broken gradients: the empty file makes the next run pass over it.
  writeFileSync(path, '');
  const svg = svgOf(set, name);
  if (svg)
    writeFileSync(path, new Resvg(svg, { fitTo: { mode: 'width', value: Number(pixels) } }).render().asPng());
}
