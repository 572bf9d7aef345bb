/**
 * `npm run kit`: makes .cache/kit, one folder to carry to a machine with a card. `--fresh`: packs anew what was packed
 * before. The same sources give the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { root } from '../../src/cli/packages.mjs';
import { LOADER, NPM, debPackage, npmPackage } from './packages.mjs';

const cache = join(root, '.cache/kit-parts');
const MIB = 2 ** 20;
const MOST = 60;

/** In an archive of their own: machine code packs better with a filter that harms all else. */
const PROGRAMS = ['node', 'dawn.node'];

/** The golden folders that rows read. */
const FOLDERS = ['models', 'mini-sd', 'control/controlnet-sd1', 'upscale/rrdb_x4', 'upscale/srvgg_x4'];

/** Files in them that no row reads, or that tell what another's rows tell: the kit has to stay small. */
const WITHOUT = new RegExp(
  [
    '/cases/(?!unet|mmdit|text|vae|forward/)[^/]+/',
    '/unet_ctx154/|sd1/cases/vae_2|sdxl/cases/text/|sd35m/(?:clip_|cases/(?:text|vae))',
    'sd1-(?:bf16|fp32|inpaint|pix2pix)|sd2-v|taesd|/diffusers/|mini-sd/parity',
    '/(?:old|new)_esrgan|upscale/.*png',
  ].join('|'),
);

/** @param {string} to a folder that is made anew */
export async function assemble(to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  /** @param {string} from @param {string} path */
  const put = (from, path) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(from, join(to, path));
  };
  for (const wanted of NPM) {
    const folder = npmPackage(wanted, cache);
    for (const [from, path] of Object.entries(wanted.files)) put(join(folder, from), path);
  }
  chmodSync(join(to, 'node'), 0o755);

  const runtime = join(root, 'node_modules/onnxruntime-web');
  for (const file of [
    'package.json',
    'dist/ort.webgpu.bundle.min.mjs',
    'dist/ort-wasm-simd-threaded.asyncify.wasm',
  ]) {
    put(join(runtime, file), `node_modules/onnxruntime-web/${file}`);
  }
  for (const wanted of LOADER) {
    try {
      put(debPackage(wanted, join(cache, 'debs')), `loader/${wanted.name}.deb`);
    } catch (error) {
      console.warn(
        `Without ${wanted.name}, which apt-get does not have in version ${wanted.version}: ${String(error)}`,
      );
    }
  }
  golden(join(root, 'test/golden/data'), join(to, 'golden'));
  writeFileSync(join(to, 'nets.json'), JSON.stringify(netsIn(join(to, 'golden/models'))));
  put(join(root, 'models/mini-sd.safetensors'), 'mini-sd.safetensors');
  put(join(root, 'models/ATTRIBUTION.md'), 'licences/mini-sd.md');
  put(join(root, 'LICENSE'), 'licences/Drobe.txt');
  cpSync(join(root, 'public/tokenizer'), join(to, 'tokenizer'), { recursive: true });
  put(join(root, 'test/kit/torch_rows.py'), 'torch_rows.py');
  put(join(root, 'test/bench/reference.py'), 'reference.py');
  const [node, dawn] = NPM.map(({ version }) => version);
  const { version: ort } = JSON.parse(readFileSync(join(runtime, 'package.json'), 'utf8'));
  writeFileSync(join(to, 'versions.json'), JSON.stringify({ node, dawn, ort }));
  await bundle(to);
}

/**
 * The golden cases that rows read, unpacked: they pack better together.
 * @param {string} from
 * @param {string} to
 */
function golden(from, to) {
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(from, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(from.length + 1);
      if (!entry.isFile() || WITHOUT.test(path)) continue;
      const bytes = readFileSync(join(from, path));
      const packed = /\.gz(ip)?$/.test(path);
      const out = join(to, path.replace(/\.gz(ip)?$/, ''));
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, packed ? gunzipSync(bytes) : bytes);
    }
  }
}

/**
 * The cases of each golden model that are proved by a net: what is lost on the way is then missed by name.
 * @param {string} models
 */
function netsIn(models) {
  const cases = readdirSync(models).map((model) => {
    const tests = readdirSync(join(models, model, 'cases')).sort();
    return [model, tests.filter((test) => /^(unet|mmdit|text|vae)/.test(test))];
  });
  return Object.fromEntries(cases.sort());
}

/** The core and the rows, for Node. @param {string} to */
async function bundle(to) {
  const { build } = await import('vite');
  const configFile = join(root, 'test/kit/vite.config.ts');
  await build({ root, configFile, logLevel: 'warn', build: { outDir: to } });
}

/** @param {string} from @param {string} to @param {boolean} fresh */
function pack(from, to, fresh) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const all = readdirSync(from).sort();
  archive(from, PROGRAMS, join(to, 'programs.tar.xz'), ['--x86'], fresh);
  const data = all.filter((name) => !PROGRAMS.includes(name));
  archive(from, data, join(to, 'data.tar.xz'), [], fresh);
  for (const file of ['run.sh', 'README.md']) copyFileSync(join(root, 'test/kit', file), join(to, file));
  chmodSync(join(to, 'run.sh'), 0o755);
}

/**
 * Packing takes minutes and depends on the bytes alone: the archive of the same bytes is kept.
 * @param {string} from
 * @param {string[]} names
 * @param {string} to
 * @param {string[]} filters
 * @param {boolean} fresh
 */
function archive(from, names, to, filters, fresh) {
  const tar = join(cache, 'archive.tar');
  const always = ['--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
  execFileSync('tar', [...always, '--mode=u=rwX,go=rX', '-cf', tar, '-C', from, ...names]);
  const kept = join(cache, `${sumOf(tar)}.tar.xz`);
  if (fresh || !existsSync(kept)) {
    // One thread: with more, the bytes would depend on how many.
    execFileSync('xz', ['-T1', ...filters, '--lzma2=preset=9e,dict=128MiB', '-k', '-f', tar]);
    renameSync(`${tar}.xz`, kept);
  }
  rmSync(tar);
  copyFileSync(kept, to);
}

/** @param {string} file */
const sumOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const unpacked = join(cache, 'unpacked');
  const kit = join(root, '.cache/kit');
  await assemble(unpacked);
  pack(unpacked, kit, process.argv.includes('--fresh'));
  let total = 0;
  for (const name of readdirSync(kit).sort()) {
    const { size } = statSync(join(kit, name));
    total += size;
    console.log(`${(size / MIB).toFixed(2).padStart(6)} MiB  ${sumOf(join(kit, name))}  ${name}`);
  }
  console.log(`${(total / MIB).toFixed(2).padStart(6)} MiB  in .cache/kit`);
  if (total > MOST * MIB) {
    console.error(`That is more than ${MOST} MiB.`);
    process.exitCode = 1;
  }
}
