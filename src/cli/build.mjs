/** Builds dist/, and knows when that is needed. As a program: `npm run build` always builds. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, fail, installPackages, root } from './packages.mjs';
import { CREDITS, SHIPPED } from './shipped.mjs';

/** All that a build reads. Not the rest of models/: those files are served from where they lie. */
const INPUTS = [
  'src',
  'public',
  ...[...SHIPPED, CREDITS].map((file) => `models/${file}`),
  'index.html',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];

/** In node_modules and not in dist, which should hold nothing but the site. */
const stamp = join(root, 'node_modules/.cache/drobe/build');

export function buildIfStale() {
  const built = existsSync(stamp) && existsSync(join(root, 'dist/index.html'));
  if (built && readFileSync(stamp, 'utf8') === fingerprint()) return;
  // In a process of its own: the bundler's half gigabyte of memory goes with it, and a browser wants that memory.
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) fail('The app could not be built: see above why.');
}

async function build() {
  console.log('Building…');
  const started = Date.now();
  const before = fingerprint();
  rmSync(stamp, { force: true });
  const vite = await import('vite');
  await vite.build({ root, logLevel: 'warn' });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, before);
  console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s: ${sizes(join(root, 'dist'))}`);
}

/** Path, size and time of every input: content would have to be read each time. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const path of filesUnder(join(root, input))) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path}\n${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * "script 0.9 MB, wasm 43.7 MB, model 29.7 MB": a jump here is worth a look.
 *
 * @param {string} folder
 */
function sizes(folder) {
  const kinds = {
    script: /\.js$/,
    wasm: /\.wasm$/,
    model: /\.safetensors$/,
    other: /(?<!\.js|\.wasm|\.safetensors)$/,
  };
  return Object.entries(kinds)
    .map(([kind, ending]) => {
      const bytes = filesUnder(folder)
        .filter((path) => ending.test(path))
        .reduce((sum, path) => sum + statSync(path).size, 0);
      return `${kind} ${(bytes / 1e6).toFixed(1)} MB`;
    })
    .join(', ');
}

// Node resolves links in the address of a module, and not in argv.
if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) {
  checkNode();
  installPackages();
  await build();
}
