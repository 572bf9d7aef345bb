/**
 * `npm run kit:browser`: makes .cache/kit-browser, the built app and a headless Chromium for a Linux machine that has a
 * graphics card, python3 and neither a browser nor a network. Both do not go through one narrow door: they are two
 * parts, each a folder with one packed file. Node comes with `npm run kit`. Needs Debian's apt-get and dpkg.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildIfStale } from '../../../src/cli/build.mjs';
import { fail, root } from '../../../src/cli/packages.mjs';

/** Bytes of a part. */
const ROOM = 60 * 2 ** 20;
const here = dirname(fileURLToPath(import.meta.url));
const kit = join(root, '.cache/kit-browser');
const work = join(root, '.cache/kit-browser-work');
/** Where the second part is put together. */
const staged = join(work, 'staged');

const PACKAGES = ['chromium-headless-shell', 'chromium-common'];
/** What the browser wants beside itself: Vulkan's loader, which finds a card's driver, and what imitates a card. */
const BESIDE =
  /^(?:headless_.*\.pak|icudtl\.dat|v8_context_snapshot\.bin|lib(?:EGL|GLESv2|vk_swiftshader|vulkan)\.so(?:\.1)?|vk_swiftshader_icd\.json)$/;
/** Those of the machine itself, which are newer or fit its driver. */
const ITS_OWN = /^(?:ld-linux|libc|libm|libpthread|libdl|librt|libresolv)[-.]/;
/** Found by name at run time: `ldd` does not tell of them. */
const HIDDEN = ['libsoftokn3.so', 'libfreebl3.so', 'libfreeblpriv3.so'];
/** Of the app, what is not asked here: the checkpoints for edits, and the ONNX Runtime for the CPU's one. */
const LEFT_OUT = /mini-sd-(?:inpainting|instruct)\.safetensors$/;

/**
 * @param {string} command
 * @param {string[]} options
 * @param {string} folder
 */
function run(command, options, folder = work) {
  const { status, stdout, stderr } = spawnSync(command, options, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) fail(`That failed: ${command} ${options.join(' ')}\n${stderr}`);
  return stdout;
}

/** Fetches and unpacks the packages; gives the folder. */
function packages() {
  const debs = join(work, 'debs');
  mkdirSync(debs, { recursive: true });
  for (const name of PACKAGES) {
    if (!readdirSync(debs).some((file) => file.startsWith(`${name}_`)))
      run('apt-get', ['download', name], debs);
  }
  const unpacked = join(work, 'unpacked');
  rmSync(unpacked, { recursive: true, force: true });
  for (const deb of readdirSync(debs)) run('dpkg', ['-x', join(debs, deb), unpacked]);
  return unpacked;
}

/**
 * What a program is linked with, by path, under the names it asks for.
 *
 * @param {string} program
 */
function librariesOf(program) {
  const said = run('ldd', [program]);
  const missing = /^\s*(\S+) => not found/m.exec(said);
  if (missing)
    fail(`This machine lacks ${missing[1]}: install Debian's chromium first, whose libraries are carried.`);
  const linked = [...said.matchAll(/^\s*(\S+) => (\/\S+)/gm)].map(([, name = '', path = '']) => ({
    name,
    path,
  }));
  const folder = dirname(linked.find(({ name }) => name === 'libnss3.so')?.path ?? '');
  const hidden = HIDDEN.map((name) => ({ name, path: join(folder, name) })).filter(({ path }) =>
    existsSync(path),
  );
  return [...linked, ...hidden].filter(({ name }) => !ITS_OWN.test(name));
}

/**
 * Byte for byte the same when made twice.
 *
 * @param {string} folder
 * @param {string} archive
 */
function pack(folder, archive) {
  const tar = `${archive}.tar`;
  run('tar', [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=go=rX',
    '-cf',
    tar,
    '-C',
    folder,
    '.',
  ]);
  xz(tar, archive, '6');
  rmSync(tar);
}

/**
 * @param {string} file
 * @param {string} packed
 * @param {string} effort 0 to 9e: there is most to be had from the browser
 */
function xz(file, packed, effort) {
  run('sh', [
    '-c',
    'xz -c --x86 --lzma2=preset="$2",dict=256MiB "$0" >"$1.partial" && mv "$1.partial" "$1"',
    file,
    packed,
    effort,
  ]);
}

buildIfStale();
const unpacked = packages();
const browser = join(unpacked, 'usr/lib/chromium');

console.log('Packing Chromium…');
const version =
  readdirSync(join(work, 'debs')).find((file) => file.startsWith('chromium-headless-shell_')) ?? '';
const packedBrowser = join(work, `${version}.xz`);
// Minutes for a processor: kept for as long as the version is the same.
if (!existsSync(packedBrowser)) xz(join(browser, 'chromium-headless-shell'), packedBrowser, '9e');

console.log('Packing the app and the libraries…');
rmSync(staged, { recursive: true, force: true });
cpSync(join(root, 'dist'), join(staged, 'app'), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
writeFileSync(
  join(staged, 'app/models/index.json'),
  JSON.stringify([
    { file: 'mini-sd.safetensors', bytes: statSync(join(staged, 'app/models/mini-sd.safetensors')).size },
  ]),
);
const chromium = join(staged, 'chromium');
mkdirSync(join(chromium, 'lib'), { recursive: true });
mkdirSync(join(chromium, 'if-missing'));
for (const file of readdirSync(browser)) {
  if (BESIDE.test(file)) cpSync(join(browser, file), join(chromium, file));
}
for (const { name, path } of librariesOf(join(browser, 'chromium-headless-shell'))) {
  const own = /^lib(?:stdc\+\+|gcc_s)\./.test(name);
  cpSync(realpathSync(path), join(chromium, own ? 'if-missing' : 'lib', name));
}
const font = run('fc-match', ['-f', '%{file}', 'DejaVu Sans']);
cpSync(font, join(chromium, 'fonts', basename(font)));
for (const file of ['fonts.conf', 'headless-shell.sh']) cpSync(join(here, file), join(chromium, file));
chmodSync(join(chromium, 'headless-shell.sh'), 0o755);
cpSync(join(root, 'test/golden/data/mini-sd/00.png'), join(staged, 'red-apple.png'));
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: join(here, 'drive.ts'),
    outDir: join(staged, 'driver'),
    copyPublicDir: false,
    rolldownOptions: { external: ['playwright-core'], output: { entryFileNames: 'drive.mjs' } },
  },
});
const playwright = 'node_modules/playwright-core';
cpSync(join(root, playwright), join(staged, 'driver', playwright), {
  recursive: true,
  // Its viewers of traces and reports.
  filter: (path) => !/playwright-core\/(?:types|lib\/vite|bin)(?:\/|$)/.test(path),
});
const rest = join(work, 'rest.tar.xz');
pack(staged, rest);

rmSync(kit, { recursive: true, force: true });
/** @type {[part: string, from: string, to: string][]} */
const files = [
  ['1', packedBrowser, 'chromium.xz'],
  ['2', rest, 'rest.tar.xz'],
  ['2', join(here, 'run-browser.sh'), 'run-browser.sh'],
];
for (const [part, from, to] of files) {
  mkdirSync(join(kit, part), { recursive: true });
  cpSync(from, join(kit, part, to));
}
chmodSync(join(kit, '2/run-browser.sh'), 0o755);
const sizes = ['1', '2'].map((part) =>
  readdirSync(join(kit, part)).reduce((sum, file) => sum + statSync(join(kit, part, file)).size, 0),
);
console.log(
  `.cache/kit-browser: ${sizes.map((bytes, i) => `part ${i + 1} ${(bytes / 2 ** 20).toFixed(1)} MiB`).join(', ')}`,
);
if (Math.max(...sizes) > ROOM) fail(`A part is more than the ${ROOM / 2 ** 20} MiB that are meant to fit.`);
