/**
 * `npm run kit:check -- --broken`: the kit without Vulkan, without PyTorch, without a file, without a golden model, and cut
 * short at any row. Each time it must write what it has, and say of each row what it has not.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ name: string, state: string, reason?: string }} Row
 * @typedef {{ rows: Row[], left: string[] }} Report
 * @typedef {{
 *   what: string,
 *   only: string,
 *   seconds?: number,
 *   environment?: (folder: string) => Record<string, string>,
 *   without?: string,
 *   expected: (report: Report) => boolean,
 * }} Breakage
 */

/** @param {Row[]} rows @param {RegExp} name @param {string} state @param {RegExp} [reason] */
const are = (rows, name, state, reason = /./) => {
  const asked = rows.filter((row) => name.test(row.name));
  return asked.length > 0 && asked.every((row) => row.state === state && reason.test(row.reason ?? ' '));
};

/** Rows that take seconds even where a CPU imitates the card. */
const QUICK = '^(adapter|PyTorch|group norm of 64 channels, plain, f32|sd1 text, f32)$';

/** @type {Breakage[]} */
const BREAKAGES = [
  {
    what: 'no Vulkan',
    only: QUICK,
    environment: () => ({ VK_DRIVER_FILES: '/nowhere', VK_ICD_FILENAMES: '/nowhere' }),
    expected: ({ rows }) =>
      are(rows, /^(adapter|group|sd1)/, 'missing', /no Vulkan device/) && are(rows, /^PyTorch$/, 'done'),
  },
  {
    what: 'no PyTorch',
    only: QUICK,
    environment(folder) {
      writeFileSync(join(folder, 'torch.py'), "raise ImportError('there is none')\n");
      return { PYTHONPATH: folder };
    },
    expected: ({ rows }) =>
      are(rows, /^PyTorch$/, 'missing', /no PyTorch/) &&
      are(rows, /^(group|sd1)/, 'right') &&
      rows.length === 4,
  },
  {
    what: 'a golden file is missing',
    only: '^sd1 (text|unet), f32$',
    without: 'golden/models/sd1/cases/unet/case.json',
    expected: ({ rows }) =>
      are(rows, /unet/, 'missing', /sd1\/cases\/unet\/case.json is not in the kit/) &&
      are(rows, /text/, 'right'),
  },
  {
    what: 'a golden model is missing',
    only: '^(sd1 |miniature of SD 1.5’s UNet: f32|group norm of 64 channels, plain).*f32$',
    without: 'golden/models/sd1',
    expected: ({ rows }) =>
      are(rows, /^(sd1 (text|unet|vae)|miniature)/, 'missing', /golden\/models\/sd1|models\/sd1\//) &&
      are(rows, /^group/, 'right'),
  },
  {
    what: 'the list of golden nets is missing',
    only: '^golden nets|^adapter',
    without: 'nets.json',
    expected: ({ rows }) => are(rows, /golden nets/, 'missing', /nets.json/) && are(rows, /adapter/, 'done'),
  },
  ...[1, 4, 8].map((seconds) => ({
    what: `${seconds} seconds`,
    only: '^(adapter|limits|PyTorch|(group norm|3 × 3).*f32)$',
    seconds,
    expected: (/** @type {Report} */ { rows, left }) => are(rows, /of 2560/, 'late') && left.length === 0,
  })),
];

/**
 * @param {string} kit unpacked
 * @param {string} folder for what is broken, and the reports
 * @param {(kit: string, out: string, options: string[], environment: Record<string, string>) => unknown} run
 * @returns {number} how many did not do as they should
 */
export function breakIt(kit, folder, run) {
  let bad = 0;
  rmSync(folder, { recursive: true, force: true });
  for (const [i, { what, only, seconds = 300, environment, without, expected }] of BREAKAGES.entries()) {
    const out = join(folder, `${i}`);
    mkdirSync(out, { recursive: true });
    const broken = join(out, 'kit');
    // Links to the same files: what is taken away there stays here.
    execFileSync('cp', ['-al', kit, broken]);
    if (without) rmSync(join(broken, without), { recursive: true });
    run(broken, out, ['--only', only, '--seconds', `${seconds}`], environment?.(out) ?? {});
    /** @type {Report} */
    const report = JSON.parse(readFileSync(join(out, 'kit.json'), 'utf8'));
    const good = expected(report);
    if (!good) bad++;
    console.log(`${good ? 'as it should' : 'NOT AS IT SHOULD'}: ${what}. ${out}/kit.md`);
    rmSync(broken, { recursive: true });
  }
  return bad;
}
