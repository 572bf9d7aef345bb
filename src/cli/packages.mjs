/** What a fresh clone lacks: the right Node is asked for, the packages are installed. Needs nothing but Node itself. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Says in one sentence what is wrong, and ends.
 *
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** As package.json's "engines"; npm only warns about those. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
  if (!good)
    fail(
      `Drobė needs Node.js 20.19, 22.12 or newer; this is ${process.versions.node}. See https://nodejs.org`,
    );
}

export function installPackages() {
  if (packagesInPlace()) return;
  console.log('Installing packages…');
  // A shell, since npm is a .cmd file on Windows; dev packages too, since the build needs them even in production.
  const { status } = spawnSync('npm ci --include=dev --no-audit --no-fund', {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) fail('The packages could not be installed: see above what npm says.');
}

/** npm writes down what it installed: it must be all that package-lock.json asks for. */
function packagesInPlace() {
  const wanted = packagesOf('package-lock.json');
  const found = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || found[path]?.version === version,
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string; optional?: boolean; devOptional?: boolean }>}
 */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
  } catch {
    return {};
  }
}
