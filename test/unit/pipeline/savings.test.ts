import { expect, it } from 'vitest';
import type { NetName, MemorySavings } from '../../../src/pipeline/job';
import { noSavings, furtherSavings } from '../../../src/pipeline/memory/savings';

const setting = {
  ...{ size: { h: 128, w: 96 }, native: 64, dtype: 'f16' as 'f32' | 'f16' },
  ...{ together: true, questions: 2, guided: false },
};

/** All that is tried where a net fails again and again. */
function ladder(net: NetName, changes: Partial<typeof setting> = {}): Partial<MemorySavings>[] {
  const rungs: Partial<MemorySavings>[] = [];
  let before = noSavings;
  for (;;) {
    const next = furtherSavings(before, net, { ...setting, ...changes });
    if (!next) return rungs;
    const changed = Object.entries(next).filter(
      ([key, value]) => before[key as keyof MemorySavings] !== value,
    );
    rungs.push(Object.fromEntries(changed));
    before = next;
  }
}

it('first the other nets make room, then the UNet is asked one question at a time, then its weights are rounded', () => {
  expect(ladder('UNet')).toEqual([{ apart: true }, { single: true }, { bits: 8 }, { bits: 4 }]);
});

it('nets that guide and the UNet take turns before weights are rounded', () => {
  const turns = [{ apart: true }, { single: true }, { turns: true }, { bits: 8 }, { bits: 4 }];
  expect(ladder('UNet', { guided: true })).toEqual(turns);
  expect(ladder('ControlNet', { guided: true })).toEqual(turns);
});

it('a decoder or encoder works in smaller and smaller tiles', () => {
  const tiles = [{ apart: true }, { tile: 64 }, { tile: 48 }, { tile: 32 }];
  for (const net of ['VAE decoder', 'VAE encoder', 'TAESD'] as const) expect(ladder(net)).toEqual(tiles);
});

it('a large text encoder is rounded where its weights are of single precision', () => {
  for (const net of ['second text encoder', 'T5'] as const) {
    expect(ladder(net, { dtype: 'f32' })).toEqual([{ apart: true }, { bits: 8 }]);
    expect(ladder(net)).toEqual([{ apart: true }]);
  }
  expect(ladder('text encoder', { dtype: 'f32' })).toEqual([{ apart: true }]);
});

it('nothing is tried that changes nothing', () => {
  expect(ladder('UNet', { together: false, questions: 1 })).toEqual([{ bits: 8 }, { bits: 4 }]);
  expect(ladder('text encoder')).toEqual([{ apart: true }]);
  expect(ladder('VAE decoder', { together: false, size: { h: 40, w: 48 } })).toEqual([{ tile: 32 }]);
  expect(ladder('VAE decoder', { together: false, size: { h: 32, w: 24 } })).toEqual([]);
});

it('tiles are never larger than what a model draws best, nor larger than 64', () => {
  expect(ladder('VAE decoder', { native: 12, together: false })).toEqual([
    { tile: 12 },
    { tile: 9 },
    { tile: 6 },
  ]);
  expect(ladder('VAE decoder', { native: 128, together: false })[0]).toEqual({ tile: 64 });
});
