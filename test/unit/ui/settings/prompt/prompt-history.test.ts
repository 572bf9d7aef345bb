import { expect, test } from 'vitest';
import {
  MOST_PROMPTS,
  PromptHistory,
  type PromptPair,
} from '../../../../../src/ui/settings/prompt/prompt-history.svelte';
import { fakeStorage } from '../../fake';

const pair = (prompt: string, negative = ''): PromptPair => ({ prompt, negative });

/** Fields that are filled in by going through the history. */
function fields(history: PromptHistory, now = pair('')) {
  return {
    say: (prompt: string, negative = '') => void (now = pair(prompt, negative)),
    back: () => (now = history.step(now, 1) ?? now),
    forth: () => (now = history.step(now, -1) ?? now),
    choose: (one: PromptPair) => (now = history.choose(now, one)),
    draw: () => history.remember(now),
  };
}

function drawing(...prompts: string[]) {
  const history = new PromptHistory(fakeStorage());
  for (const prompt of prompts) history.remember(pair(prompt));
  return history;
}

test('the last 100 distinct pairs are remembered, the newest first, and found again by the next visit', () => {
  const common = fakeStorage();
  const history = new PromptHistory(common);
  for (let i = 0; i < 130; i++) history.remember(pair(`prompt ${i}`, 'blurry'));
  history.remember(pair('prompt 99', 'blurry'));
  history.remember(pair('prompt 99', 'dark'));
  history.remember(pair(' ', '\n'));
  expect(history.drawn).toHaveLength(MOST_PROMPTS);
  expect(history.drawn.slice(0, 3)).toEqual([
    pair('prompt 99', 'dark'),
    pair('prompt 99', 'blurry'),
    pair('prompt 129', 'blurry'),
  ]);
  expect(new PromptHistory(common).drawn).toEqual(history.drawn);
});

test('one goes back to the oldest, and forth to what one was writing', () => {
  const { say, back, forth } = fields(drawing('apple', 'pear'));
  say('a half written', 'thing');
  expect([back(), back(), back()]).toEqual([pair('pear'), pair('apple'), pair('apple')]);
  expect([forth(), forth(), forth()]).toEqual([
    pair('pear'),
    pair('a half written', 'thing'),
    pair('a half written', 'thing'),
  ]);
});

test('what was drawn last and still stands in the fields is not gone back to', () => {
  const { say, back } = fields(drawing('apple', 'pear'));
  say('pear');
  expect(back()).toEqual(pair('apple'));
});

test('what was written is still there when an earlier prompt was changed and drawn', () => {
  const history = drawing('apple', 'pear');
  const { say, back, draw } = fields(history);
  say('a draft');
  back();
  say('pear, ripe');
  back();
  draw(); // the apple
  expect(history.drawn).toEqual([pair('apple'), pair('pear')]);
  expect([back(), back(), back()]).toEqual([pair('a draft'), pair('pear, ripe'), pair('pear')]);
});

test('from the list, too, there is a way back to what was written', () => {
  const history = drawing('apple', 'pear', 'plum');
  const { say, choose, forth } = fields(history);
  say('a draft');
  choose(pair('pear'));
  expect([forth(), forth()]).toEqual([pair('plum'), pair('a draft')]);
  expect(history.place).toEqual({ at: 0, of: 3 });
});

test('one tab forgets nothing that another one remembers', () => {
  const common = fakeStorage();
  const [one, other] = [new PromptHistory(common), new PromptHistory(common)];
  one.remember(pair('apple'));
  other.remember(pair('pear'));
  one.refresh();
  expect(one.drawn).toEqual([pair('pear'), pair('apple')]);
});

test('what is cleared is gone from storage, and comes back when that is undone', () => {
  const common = fakeStorage();
  const history = new PromptHistory(common);
  history.remember(pair('apple'));
  const undo = history.clear();
  expect(JSON.stringify(common.items)).not.toContain('apple');
  history.remember(pair('pear'));
  undo();
  expect(new PromptHistory(common).drawn).toEqual([pair('pear'), pair('apple')]);
});

test('what is no list of prompts in storage counts as none, and storage that is full or forbidden does no harm', () => {
  for (const text of ['{', '7', '[7,null,{"prompt":1},{"prompt":"a","negative":""}]'])
    expect(new PromptHistory(fakeStorage({ 'drobe.prompts.1': text })).drawn.length).toBeLessThan(2);
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  for (const common of [full, null]) {
    const history = new PromptHistory(common);
    history.remember(pair('apple'));
    history.remember(pair('pear'));
    history.refresh();
    expect(history.drawn).toEqual([pair('pear'), pair('apple')]);
  }
});
