import { expect, it } from 'vitest';
import type { EnlargeProgress, EnlargeWish, Pixels } from '../../../../src/engine/api';
import { DrobeError } from '../../../../src/errors';
import { enlargeWithRetries } from '../../../../src/ui/run/enlarging';

const pixels: Pixels = { width: 1, height: 1, rgba: new Uint8ClampedArray(4) };
const wish: EnlargeWish = { pixels, upscaler: 'sharp', backend: 'auto' };

/** Pulls it to its end. @param ends how each try ends: with a picture, or with an error, and with which tiles it may not. */
async function pull(ends: readonly (DrobeError | Error | Pixels | readonly [DrobeError, number])[]) {
  const asked: (number | undefined)[] = [];
  const told: string[] = [];
  const run = enlargeWithRetries(wish, async function* ({ side }): AsyncGenerator<
    EnlargeProgress,
    Pixels,
    void
  > {
    const end = ends[asked.length]!;
    asked.push(side);
    yield { kind: 'enlarging', done: 0, tiles: 2 };
    const [thrown, less] = Array.isArray(end) ? (end as [DrobeError, number]) : [end];
    if (less !== undefined) yield { kind: 'short-of-memory', side: less };
    if (thrown instanceof Error) throw thrown;
    return thrown as Pixels;
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { asked, told, value };
    told.push(value.kind);
  }
}

const short = new DrobeError('out-of-memory');
const lost = new DrobeError('device-lost');

it('where memory runs out it begins again with smaller tiles, until there are none', async () => {
  expect(await pull([[short, 256], [short, 128], pixels])).toMatchObject({
    asked: [undefined, 256, 128],
    told: ['enlarging', 'enlarging', 'enlarging'],
    value: pixels,
  });
  await expect(pull([[short, 64], short])).rejects.toBe(short);
});

it('where the graphics card is lost or the worker dies it begins again, tells so, and gives up in the end', async () => {
  const { asked, told } = await pull([[lost, 128], new DrobeError('engine-crashed'), pixels]);
  expect(asked).toEqual([undefined, 128, 128]);
  expect(told.filter((kind) => kind === 'notice')).toHaveLength(2);
  await expect(pull([lost, lost, lost])).rejects.toBe(lost);
});

it('what else is thrown ends it', async () => {
  const abort = new DOMException('stopped', 'AbortError');
  await expect(pull([abort])).rejects.toBe(abort);
  const large = new DrobeError('result-too-large', { width: 9, height: 9 });
  await expect(pull([large])).rejects.toBe(large);
});
