import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../../src');

/** Pictures lie as they lie, whichever way one reads. */
const pictures: readonly string[] = [
  ...[
    'Compare.svelte',
    'OutpaintFrame.svelte',
    'MaskSurface.svelte',
    'TwoPictures.svelte',
    'ZoomPane.svelte',
  ],
];

const physical =
  /^\s*(?:(?:margin|padding|border)-(?:left|right)\b|(?:left|right|float):|text-align: (?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)/;

/** Four lengths of which the second and the fourth differ. */
function isLopsided(line: string): boolean {
  let value = /^\s*(?:margin|padding|inset): ([^;]+);/.exec(line)?.[1] ?? '';
  // What a function is given is no length by itself, but tells two of them apart.
  for (let inner; (inner = /\(([^()]*)\)/.exec(value));)
    value = value.replace(inner[0], inner[1]!.replaceAll(/\s/g, '_'));
  const [, right, , left] = value.split(' ');
  return left !== undefined && left !== right;
}

test('styles say start and end, not left and right, so that a language may be read the other way', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(?:svelte|css)$/.test(file) && !pictures.some((name) => file.endsWith(name)),
  );
  expect(files.length).toBeGreaterThan(90);
  const found = files.flatMap((file) =>
    readFileSync(join(src, file), 'utf8')
      .replace(/<script[^]*?<\/script>/g, (script) => script.replace(/[^\n]/g, ''))
      .split('\n')
      .flatMap((line, i) =>
        physical.test(line) || isLopsided(line) ? [`${file}:${i + 1} ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});
