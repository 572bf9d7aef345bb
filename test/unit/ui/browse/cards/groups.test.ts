import { describe, expect, test } from 'vitest';
import { daysAgo, groupsOf } from '../../../../../src/ui/browse/cards/groups';

const at = (month: number, day: number, hour: number) => new Date(2026, month - 1, day, hour).getTime();
const card = (made: number, stars: 0 | 1 | 2 | 3 | 4 | 5 = 0) => ({ made, stars });

describe('groups', () => {
  test('are the days of the calendar here, and what has no day stands apart', () => {
    const cards = [at(11, 28, 9), at(11, 28, 0), at(11, 27, 23), 0, 0].map((made) => card(made));
    expect(groupsOf(cards, 'newest')).toEqual([
      { day: at(11, 28, 9), stars: null, count: 2 },
      { day: at(11, 27, 23), stars: null, count: 1 },
      { day: null, stars: null, count: 2 },
    ]);
  });

  test('are as many stars, where these say the order', () => {
    const cards = [card(5, 5), card(9, 5), card(7, 1), card(8, 0)];
    expect(groupsOf(cards, 'stars').map(({ stars, count }) => [stars, count])).toEqual([
      [5, 2],
      [1, 1],
      [0, 1],
    ]);
  });

  test('are none where there are no cards', () => {
    expect(groupsOf([], 'newest')).toEqual([]);
  });
});

test('days are counted by the calendar, over nights that are an hour longer or shorter, too', () => {
  expect(daysAgo(at(11, 28, 0), at(11, 28, 23))).toBe(0);
  expect(daysAgo(at(11, 27, 23), at(11, 28, 0))).toBe(1);
  expect(daysAgo(at(3, 28, 12), at(3, 30, 1))).toBe(2);
  expect(daysAgo(at(10, 24, 12), at(10, 26, 23))).toBe(2);
});
