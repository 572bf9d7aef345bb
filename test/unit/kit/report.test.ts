import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asMarkdown, writeReport } from '../../kit/report';
import type { Reported } from '../../kit/row';
import { spread } from '../../kit/times';

const right: Reported = { name: 'a', part: 'truth', state: 'right', seconds: 1, worst: 2e-5, bound: 1e-3 };
const missing: Reported = { name: 'b|c', part: 'time', state: 'missing', seconds: 0, reason: 'no\nPyTorch' };
const report = { about: { Node: '22' }, rows: [right, missing], left: ['d'] };

it('is a table for each part, with what is wrong, missing and left said at its head', () => {
  const text = asMarkdown({ ...report, rows: [...report.rows, { ...right, name: 'x', state: 'wrong' }] });
  expect(text).toContain('1 right, 1 WRONG, 1 not here; 1 not asked yet.');
  expect(text).toContain('| a | right | 2.0e-5 | 1.0e-3 |  | 1.0 |');
  expect(text).toContain('| x | **WRONG** |');
  expect(text).toContain('| b\\|c | not here |  |  | no PyTorch | 0.0 |');
});

it('is written whole, as JSON and for people', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drobe-'));
  try {
    writeReport(folder, report);
    expect(JSON.parse(readFileSync(join(folder, 'kit.json'), 'utf8'))).toEqual(report);
    expect(readdirSync(folder).sort()).toEqual(['kit.json', 'kit.md']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says the middle and the ends of some times', () => {
  expect(spread([5, 1, 2])).toEqual({ 'ms a run': '2.0', least: '1.0', most: '5.0', runs: 3 });
});
