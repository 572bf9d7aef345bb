import { expect, test } from 'vitest';
import { DrobeError } from '../../../src/errors';
import { bytes, clean, duration, fileName, timeLeft } from '../../../src/ui/format';
import { sentence, stageWords } from '../../../src/ui/words';

test('a truncated file is told with its name and sizes', () => {
  const error = new DrobeError('file-truncated', { expectedBytes: 28.1e6, actualBytes: 3.1e6 });
  expect(sentence(error, 'anything.safetensors')).toBe(
    'anything.safetensors is incomplete: 3.1 MB of 28.1 MB arrived. Download it again and import the full file.',
  );
});

test('facts that are missing leave no holes in a sentence', () => {
  for (const code of [
    'file-truncated',
    'bad-header',
    'quota',
    'unsupported-model',
    'network',
    'image-unreadable',
    'image-damaged',
    'image-too-large',
    'bug',
  ] as const) {
    expect(sentence(new DrobeError(code))).not.toMatch(/undefined|NaN|\(\)|: \.| {2}/);
  }
});

test('names from files lose control characters and direction marks, and end', () => {
  expect(clean('a\u202Egpj.exe\n\u0000b')).toBe('a gpj.exe b');
  expect(clean('x'.repeat(500))).toHaveLength(120);
});

test('bytes, times and file names read well', () => {
  expect([0, 999, 29_678_606, 999_999_999, 2_132_625_918].map(bytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '29.7 MB',
    '1 GB',
    '2.1 GB',
  ]);
  expect([40, 9_990, 75_000, 3_700_000].map(duration)).toEqual(['0.0 s', '10 s', '1 min 15 s', '1 h 1 min']);
  expect([900, 4_200, 33_000, 130_000].map(timeLeft)).toEqual([
    'about a second left',
    'about 4 s left',
    'about 35 s left',
    'about 2 min left',
  ]);
  expect(fileName(3, 'A Žuvis, (blue:1.2)')).toBe('drobe-3-a-zuvis-blue-1-2.png');
  expect(fileName(3, '  ')).toBe('drobe-3.png');
});

test('each stage of a run has its words', () => {
  expect(stageWords({ kind: 'reading', net: 'UNet', doneBytes: 1e6, totalBytes: 2e7 })).toBe(
    'Reading the UNet, 1 MB of 20 MB',
  );
  expect(stageWords({ kind: 'step', step: 7, steps: 20, preview: null })).toBe('Step 7 of 20');
});
