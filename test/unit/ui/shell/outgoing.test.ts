import { expect, test } from 'vitest';
import { en } from '../../../../src/ui/words/en';
import { Outgoing } from '../../../../src/ui/shell/outgoing.svelte';

const own = 'https://drobe.example';
const hub = 'https://huggingface.co';

test('requests are counted by server, the own one apart', () => {
  const outgoing = new Outgoing(own);
  outgoing.add([own, own], 'app');
  expect(en.outgoing.badge(outgoing)).toBe('nothing sent elsewhere');
  outgoing.add([hub], 'downloader');
  expect(en.outgoing.badge(outgoing)).toBe('1 request elsewhere');
  outgoing.add([hub, own, hub], 'downloader');
  expect([outgoing.own, outgoing.others]).toEqual([3, 3]);
  expect(outgoing.list.map(({ origin, count }) => [origin, count])).toEqual([
    [own, 3],
    [hub, 3],
  ]);
  expect(outgoing.list.map(en.outgoing.server)).toEqual(['drobe.example', 'huggingface.co']);
  expect(outgoing.alarming).toBe(false);
});

test('what went elsewhere and not by the downloader is an alarm', () => {
  const outgoing = new Outgoing(own);
  outgoing.add([hub], 'downloader');
  outgoing.add([hub], 'app');
  expect(outgoing.alarming).toBe(true);
  expect(outgoing.list.map((asked) => en.outgoing.reason(asked))).toEqual([
    'not asked for by you: please report this',
  ]);
});
