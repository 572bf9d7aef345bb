/** What happens after a while: a slideshow, a long press, pictures that are read ahead or brought. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import type { Result } from '../../../../src/ui/album/result';
import { Import } from '../../../../src/ui/browse/transfer/import.svelte';
import { LongPress } from '../../../../src/ui/browse/cards/long-press';
import { Opened } from '../../../../src/ui/browse/viewer/opened.svelte';
import { Slideshow } from '../../../../src/ui/browse/viewer/slideshow.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a slideshow', () => {
  test('goes on after its pace, unless the picture has changed before', () => {
    const on = vi.fn();
    const slideshow = new Slideshow(null);
    slideshow.toggle();
    slideshow.pace.current.seconds = '8';
    slideshow.turn(on)?.();
    slideshow.turn(on);
    vi.advanceTimersByTime(7999);
    expect(on).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(on).toHaveBeenCalledTimes(1);
  });

  test('stands still until it is begun, and takes no pace that it does not offer', () => {
    const storage = { getItem: () => '{"seconds":"0.001"}', setItem: () => undefined };
    const slideshow = new Slideshow(storage);
    expect(slideshow.turn(() => undefined)).toBeUndefined();
    expect(slideshow.pace.current.seconds).toBe('4');
  });
});

describe('a long press', () => {
  const touch = (clientX: number, pointerType = 'touch') =>
    ({ pointerType, clientX, clientY: 0 }) as PointerEvent;

  test('is one of a finger that stays, and the click after it is none', () => {
    const done = vi.fn();
    const press = new LongPress(done);
    press.down(touch(0));
    press.move(touch(5));
    vi.advanceTimersByTime(500);
    press.end();
    expect(done).toHaveBeenCalledTimes(1);
    expect([press.wasLong(), press.wasLong()]).toEqual([true, false]);
  });

  test('is none of a finger that scrolls or goes, nor of a mouse', () => {
    const done = vi.fn();
    const press = new LongPress(done);
    press.down(touch(0));
    press.move(touch(40));
    vi.advanceTimersByTime(500);
    press.down(touch(0));
    press.end();
    vi.advanceTimersByTime(500);
    press.down(touch(0, 'mouse'));
    vi.advanceTimersByTime(500);
    expect(done).not.toHaveBeenCalled();
    expect(press.wasLong()).toBe(false);
  });
});

describe('pictures that are brought', () => {
  const file = (name: string, lastModified: number) =>
    new File([name], name, { type: 'image/png', lastModified });

  test('are handed on oldest first, without what is no picture, and no more of them once it is cancelled', async () => {
    const asked: string[] = [];
    const brought = new Import(async function* (files) {
      for (const { name } of files) {
        asked.push(name);
        yield { done: asked.length, kept: asked.length, known: 0, refused: [] };
        if (asked.length === 1) brought.cancel();
      }
    });
    const notes = new File(['words'], 'notes.txt', { type: 'text/plain' });
    await brought.take([file('new.png', 9), notes, file('old.png', 1), file('later.png', 5)]);
    expect(asked).toEqual(['old.png', 'later.png']);
    expect([brought.told?.kept, brought.progress, brought.failure]).toEqual([2, null, null]);
  });

  test('and more of them meanwhile, come after those that are read', async () => {
    const asked: string[] = [];
    const brought = new Import(async function* (files) {
      for (const { name } of files) {
        asked.push(name);
        if (asked.length === 1) void brought.take([file('dropped.png', 0)]);
        await Promise.resolve();
        yield { done: asked.length, kept: asked.length, known: 0, refused: [] };
        expect(brought.progress).toEqual({ done: asked.length, of: 3 });
      }
    });
    await brought.take([file('one.png', 1), file('two.png', 2)]);
    expect(asked).toEqual(['one.png', 'two.png', 'dropped.png']);
    expect([brought.told?.kept, brought.progress, brought.failure]).toEqual([3, null, null]);
  });

  test('that find no room are told of as such', async () => {
    const error = new DrobeError('quota', { neededBytes: 1, freeBytes: 0 });
    const brought = new Import(async function* () {
      yield { done: 1, kept: 0, known: 0, refused: [{ name: 'a.png', error }] };
    });
    await brought.take([file('a.png', 1)]);
    expect(brought.failure?.code).toBe('quota');
  });
});

describe('pictures that are opened', () => {
  const result = (place: number) => ({ fileName: `${place}.png` }) as Result;

  test('are read with their neighbours, once, and forgotten with them', async () => {
    vi.useRealTimers(); // nothing here is a matter of time
    const whole = vi.fn(async (place: number) => (place === 3 ? null : result(place)));
    const opened = new Opened(whole);
    opened.read([1, 2]);
    expect(opened.of(1)).toEqual({ kind: 'reading' });
    await expect.poll(() => opened.of(2).kind).toBe('ready');
    opened.read([2, 1, 3]);
    await expect.poll(() => opened.of(3).kind).toBe('gone');
    expect(whole.mock.calls.flat()).toEqual([1, 2, 3]);
    expect([1, 2, 3].map((place) => opened.of(place).kind)).toEqual(['ready', 'ready', 'gone']);
    opened.read([3]);
    expect(opened.of(1)).toEqual({ kind: 'reading' });
  });
});
