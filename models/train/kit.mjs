/**
 * `npm run kit:train`: makes .cache/kit-train, a folder that trains a checkpoint on a machine that has a GPU, python3
 * with PyTorch, and neither Node nor a network. There, `run-train.sh --minutes 9` is all there is to type.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, root } from '../../src/cli/packages.mjs';

/** Bytes: such a machine is reached through narrow doors. */
const ROOM = 60 * 2 ** 20;
const PACKAGES = [
  'emojibase-data@17',
  '@resvg/resvg-js@2',
  '@iconify-json/fluent-emoji-flat@1',
  '@iconify-json/noto@1',
  '@iconify-json/twemoji@1',
];
const work = process.env.DROBE_TRAIN_WORK ?? join(root, '.cache/train');
const kit = join(root, '.cache/kit-train');
const python = process.env.PYTHON ?? 'python3';

/**
 * @param {string} what
 * @param {string} command
 * @param {string[]} options
 * @param {string} folder
 */
function run(what, command, options, folder = root) {
  console.log(`${what}…`);
  const { status } = spawnSync(command, options, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) fail(`That failed: ${command} ${options.join(' ')}`);
}

/** @param {...string} options of the training program */
const train = (...options) => ['models/train', ...options, '--work', work];

/** Byte for byte the same when made twice: the icons are packed once and kept beside what they are made of. */
const packed = join(work, 'packed');
if (!existsSync(join(packed, 'classifier.pt'))) {
  if (!existsSync(join(work, 'concepts.json'))) {
    const packages = join(work, 'packages');
    if (!existsSync(join(packages, 'node_modules'))) {
      mkdirSync(packages, { recursive: true });
      writeFileSync(join(packages, 'package.json'), '{ "private": true }\n');
      run('Fetching icons', 'npm', ['install', '--no-audit', '--no-fund', ...PACKAGES], packages);
    }
    run('Drawing icons', python, train('data'));
  }
  run('Packing icons', python, train('pack', '--out', packed));
}

rmSync(kit, { recursive: true, force: true });
cpSync(packed, join(kit, 'packed'), { recursive: true });
const program = [
  'common.txt',
  'run-train.sh',
  ...readdirSync(join(root, 'models/train')).filter((name) => name.endsWith('.py')),
];
for (const file of [...program.map((name) => `models/train/${name}`), 'public/tokenizer/tokenizer.json']) {
  mkdirSync(dirname(join(kit, file)), { recursive: true });
  cpSync(join(root, file), join(kit, file));
}
cpSync(join(root, 'models/train/run-train.sh'), join(kit, 'run-train.sh'));
rmSync(join(kit, 'models/train/run-train.sh'));

const bytes = readdirSync(kit, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
console.log(
  `.cache/kit-train: ${(bytes / 2 ** 20).toFixed(1)} MiB. Carry it over and type: kit-train/run-train.sh --minutes 9`,
);
if (bytes > ROOM) fail(`That is more than the ${ROOM / 2 ** 20} MiB that are meant to fit.`);
