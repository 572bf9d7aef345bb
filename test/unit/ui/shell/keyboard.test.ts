import { expect, test } from 'vitest';
import { covered } from '../../../../src/ui/shell/keyboard';

const phone = { layoutHeight: 844, height: 844, offsetTop: 0, scale: 1 };

test('without a keyboard nothing of the window is covered', () => {
  expect(covered(phone)).toBe(0);
});

test('a keyboard covers what the page still counts as its own', () => {
  expect(covered({ ...phone, height: 508.4 })).toBe(336);
  expect(covered({ ...phone, layoutHeight: 508, height: 508 })).toBe(0); // where the browser makes room itself
});

test('where the browser has pushed the page up, that much less is covered', () => {
  expect(covered({ ...phone, height: 508, offsetTop: 200 })).toBe(136);
  expect(covered({ ...phone, height: 508, offsetTop: 336 })).toBe(0);
});

test('what two fingers have zoomed out of sight is not covered', () => {
  expect(covered({ ...phone, height: 422, scale: 2 })).toBe(0);
});
