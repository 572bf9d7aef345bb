/**
 * A Chromium for the tests that need a real browser, and how to start it so that it has WebGPU on a machine without
 * a GPU: SwiftShader, slow and right.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fail } from '../src/cli/packages.mjs';

/**
 * What a workgroup shares is zero to begin with: written by the shader, as Chromium does where a driver cannot. SwiftShader
 * can, but takes two and a half times as long for a net then.
 */
const ZEROED_BY_SHADERS = '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

/** Playwright's launch options; test/run.mjs sets CHROMIUM_PATH, without it Playwright takes its own download. */
export const launch = {
  ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
  args: [
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    ZEROED_BY_SHADERS,
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** The first version whose WebGPU does all that we ask of it. */
const OLDEST = 130;

/** Path of a Chromium that starts, one that is installed or else one that we install; null when all fails. */
export async function chromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return starts(named) ? named : null;

  // Only here: it is not there before the packages are.
  const { chromium: playwrights } = await import('playwright');
  const own = playwrights.executablePath();
  const find = () => [...usualPlaces(), own].find(starts) ?? null;

  let path = find();
  if (path) return path;
  for (const [what, command, ...args] of ways(own)) {
    console.log(`No Chromium found: ${what}…`);
    spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 600_000 });
    if ((path = find())) return path;
  }
  return null;
}

/** Sees that CHROMIUM_PATH names one, for whatever is started from here; ends in one sentence where there is none. */
export async function namedChromium() {
  const path = await chromium();
  if (!path) {
    fail(
      'No Chromium or Chrome (130 or newer) was found, nor could one be installed. Set CHROMIUM_PATH to one.',
    );
  }
  console.log(`Chromium: ${path}`);
  process.env.CHROMIUM_PATH = path;
}

/** @param {string} path */
function starts(path) {
  if (!existsSync(path)) return false;
  // On Windows --version would open a window; there, being there must do.
  if (process.platform === 'win32') return true;
  // A file may be there and not run: a stub that points to an app store, or libraries missing.
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  return status === 0 && Number(/(\d+)\./.exec(stdout)?.[1]) >= OLDEST;
}

function usualPlaces() {
  const { platform, env } = process;
  if (platform === 'darwin') {
    return ['/Applications', `${env.HOME}/Applications`].flatMap((folder) =>
      ['Google Chrome', 'Chromium'].map((app) => `${folder}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .flatMap((folder) => folder ?? [])
      .flatMap((folder) =>
        ['Google/Chrome', 'Chromium'].map((app) => join(folder, app, 'Application/chrome.exe')),
      );
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'].filter(
    Boolean,
  );
  return [...new Set(names.flatMap((name) => folders.map((folder) => join(folder, name))))];
}

/**
 * How to get one, gentlest first: [what it does, command, arguments…].
 *
 * @param {string} playwrights where Playwright puts its own
 * @returns {Generator<[string, string, ...string[]]>}
 */
function* ways(playwrights) {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js');
  yield ["downloading Playwright's", process.execPath, cli, 'install', 'chromium'];

  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const apt =
    'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium';
  yield ['installing the system package', 'sh', '-c', apt];
  // Ubuntu has no such package, only a stub; there the download may lack nothing but libraries.
  if (existsSync(playwrights)) {
    yield [
      "installing the libraries that Playwright's needs",
      process.execPath,
      cli,
      'install-deps',
      'chromium',
    ];
  }
}
