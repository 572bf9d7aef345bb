import { describe, expect, it } from 'vitest';
import { activeAt, schedule } from '../../../src/text/schedule';

const spans = (prompt: string, steps = 10) =>
  schedule(prompt, { steps }).map(({ until, text }) => `${until} ${text}`);

describe('prompt editing', () => {
  it.each([
    ['a [b:c:0.5] d', ['5 a b d', '10 a c d']],
    ['[b:c:3]', ['3 b', '10 c']],
    ['[c:3]', ['3 ', '10 c']],
    ['[b::3]', ['3 b', '10 ']],
    ['[[a:b:2]:c:4]', ['2 a', '4 b', '10 c']],
    ['[a:b:99]', ['10 a']],
    ['[a:b:-1]', ['10 b']],
    ['\\[a:b:3\\]', ['10 \\[a:b:3\\]']],
    ['(a:1.2) [b]', ['10 (a:1.2) [b]']],
    ['[a:b:3]\\', ['10 [a:b:3]\\']],
    ['[a:b:3] x|y', ['10 [a:b:3] x|y']],
    ['[(a:b:c):d:3] [e:f:5]', ['5 [(a:b:c):d:3] e', '10 [(a:b:c):d:3] f']],
  ])('of %j', (prompt, expected) => {
    expect(spans(prompt)).toEqual(expected);
  });

  it('alternates from step to step', () => {
    expect(spans('[a|b|] c', 4)).toEqual(['1 a c', '2 b c', '3  c', '4 a c']);
  });

  it('goes on in the second pass where the first ended', () => {
    expect(schedule('[a:b:1.5]', { steps: 20, hires: 10 })).toEqual([
      { until: 5, text: 'a' },
      { until: 10, text: 'b' },
    ]);
  });
});

it('a change is seen one call late, and after the end the first text stands', () => {
  const edited = schedule('[a:b:2]', { steps: 4 });
  expect([0, 1, 2, 3, 4, 5].map((call) => activeAt(edited, call).text)).toEqual([
    'a',
    'a',
    'a',
    'b',
    'b',
    'a',
  ]);
});

it('a great many brackets that are never closed take no time', () => {
  const long = '[(a:b '.repeat(20_000);
  expect(spans(long)).toEqual([`10 ${long}`]);
});

it.each([
  ['round', '('.repeat(20_000) + 'a' + ')'.repeat(20_000), 40_001],
  ['that edit', '[a:'.repeat(20_000) + 'b' + ':0.5]'.repeat(20_000), 1],
  ['that alternate', '[a|'.repeat(20_000) + 'b' + ']'.repeat(20_000), 1],
])('brackets may be nested however deep: %s', (_, prompt, length) => {
  expect(schedule(prompt, { steps: 4 }).map(({ text }) => text.length)).toEqual(
    expect.arrayContaining([length]),
  );
});
