import { expect, test } from 'vitest';
import { fit } from '../../../../src/ui/shell/fit';

test('small pictures are enlarged by whole numbers and stay crisp', () => {
  expect(fit(48, 48, 700, 650)).toEqual({ width: 624, height: 624, crisp: true });
});

test('larger pictures fill the box smoothly, to twice their size at most', () => {
  expect(fit(512, 768, 1000, 600)).toEqual({ width: 400, height: 600, crisp: false });
  expect(fit(256, 256, 2000, 2000)).toEqual({ width: 512, height: 512, crisp: false });
});

test('a box without room shows nothing, not something negative', () => {
  expect(fit(48, 48, 0, 0)).toEqual({ width: 0, height: 0, crisp: false });
});
