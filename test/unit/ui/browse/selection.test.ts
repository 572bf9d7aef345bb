import { describe, expect, test } from 'vitest';
import { Selection } from '../../../../src/ui/browse/selection.svelte';

const order = [50, 40, 30, 20, 10];
const of = ({ chosen }: Selection) => order.filter((place) => chosen.has(place));

describe('a selection', () => {
  test('takes one in and out', () => {
    const selection = new Selection();
    selection.toggle(40);
    selection.toggle(20);
    expect(of(selection)).toEqual([40, 20]);
    selection.toggle(40);
    expect(of(selection)).toEqual([20]);
  });

  test('has a stretch that grows and shrinks from where it was begun, in either direction', () => {
    const selection = new Selection();
    selection.extend(30, 20, order);
    selection.extend(20, 10, order);
    expect(of(selection)).toEqual([30, 20, 10]);
    selection.extend(10, 50, order);
    expect(of(selection)).toEqual([50, 40, 30]);
  });

  test('keeps what was chosen beside a stretch', () => {
    const selection = new Selection();
    selection.toggle(50);
    selection.toggle(20);
    selection.extend(20, 10, order);
    expect(of(selection)).toEqual([50, 20, 10]);
    selection.settle();
    selection.extend(40, 30, order);
    expect(of(selection)).toEqual(order);
  });

  test('goes on where the picture that a stretch was begun with is gone', () => {
    const selection = new Selection();
    selection.toggle(60);
    selection.extend(60, 30, order);
    expect(of(selection)).toEqual([30]);
  });

  test('takes all, and none', () => {
    const selection = new Selection();
    selection.take(order);
    expect(of(selection)).toEqual(order);
    selection.clear();
    expect(of(selection)).toEqual([]);
  });
});
