import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TokenCounts, TokenWish } from '../../../../../src/engine/api';
import { TokenCounter } from '../../../../../src/ui/settings/prompt/tokens.svelte';
import { engine } from '../../fake';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wish = (prompt: string): TokenWish => ({
  ...{ prompt, negative: '', emphasis: 'A1111', like: 'diffusers', steps: 20 },
});

/** Counts letters. */
const letters = ({ prompt, negative }: TokenWish): TokenCounts => ({
  prompt: { used: prompt.length, room: 75 },
  negative: { used: negative.length, room: 75 },
});

function counting(count = letters) {
  const asked: string[] = [];
  const counter = new TokenCounter(
    engine({
      // oxlint-disable-next-line require-yield -- a call without progress
      async *countTokens(_signal, told) {
        asked.push(told.prompt);
        return count(told);
      },
    }),
  );
  return { counter, asked };
}

test('while somebody types only the last words are counted', async () => {
  const { counter, asked } = counting();
  counter.follow(wish('a'))();
  counter.follow(wish('a cat'));
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, counter.counts?.prompt]).toEqual([['a cat'], { used: 5, room: 75 }]);
});

test('without words nothing is asked of the engine', async () => {
  const { counter, asked } = counting();
  counter.follow(wish(''));
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, counter.counts?.prompt]).toEqual([[], { used: 0, room: 75 }]);
});

test('where the engine cannot count, no number is shown', async () => {
  const { counter } = counting(() => {
    throw new Error('no tokenizer');
  });
  counter.follow(wish('a cat'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(counter.counts).toBeNull();
});
