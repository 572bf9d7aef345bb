import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemsOf, MOST_VALUES, readNumbers } from '../../../../src/ui/grid/values';

const whole = (text: string): readonly number[] => readNumbers(text, { whole: true }).values;
const any = (text: string): readonly number[] => readNumbers(text, { whole: false }).values;

test('lists, ranges, ranges with a step and ranges of a count are read as A1111 reads them', () => {
  expect(whole('20, 30,40')).toEqual([20, 30, 40]);
  expect(whole('1-5')).toEqual([1, 2, 3, 4, 5]);
  expect(whole('1-5 (+2)')).toEqual([1, 3, 5]);
  expect(whole('10-5 (-3)')).toEqual([10, 7]);
  expect(whole('1-10 [5]')).toEqual([1, 3, 5, 7, 10]); // numpy's linspace, cut off
  expect(any('0.0-1.0 [6]')).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(any('0-1 (+0.3)')).toEqual([0, 0.3, 0.6, 0.9]);
  expect(any('-1--0.5 (+0.25)')).toEqual([-1, -0.75, -0.5]);
});

test('a range goes down where its end is smaller', () => {
  expect(whole('5-1')).toEqual([5, 4, 3, 2, 1]);
});

test('what makes no sense is told as it was written', () => {
  expect(readNumbers('20, twenty, 1.5, 1-5 (-1)', { whole: true })).toEqual({
    values: [20],
    wrong: ['twenty', '1.5', '1-5 (-1)'],
  });
  expect(readNumbers('1-2 [0]', { whole: false }).wrong).toEqual(['1-2 [0]']);
  expect(readNumbers('1-2 (0)', { whole: false }).wrong).toEqual(['1-2 (0)']);
});

test('a slip does not fill the page', () => {
  expect(whole('1-1000000')).toHaveLength(MOST_VALUES);
  expect(any('0-1 [99999]')).toHaveLength(MOST_VALUES);
});

test('an item with commas stands in quotes, with or without a blank before it', () => {
  expect(itemsOf('cat, "dog, wet" ,"bird"')).toEqual(['cat', 'dog, wet', 'bird']);
  expect(itemsOf(' , a,, b ,')).toEqual(['a', 'b']);
});

test('any list of numbers is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 20 }), (numbers) => {
      expect(whole(numbers.join(', '))).toEqual(numbers);
    }),
  );
});
