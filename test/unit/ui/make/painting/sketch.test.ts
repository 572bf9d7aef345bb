import { expect, test } from 'vitest';
import { linesOf } from '../../../../../src/ui/make/painting/sketch';
import { motley, plain } from '../../fake';

const size = { width: 4, height: 3 };

test('a hint in greys is gone over, one in colours is begun anew', () => {
  expect(linesOf(plain(size, 90), size).alpha).toEqual(new Uint8Array(12).fill(90));
  expect(linesOf(motley(size), size).alpha).toEqual(new Uint8Array(12));
});

test('without a hint, or with one of another size, nothing is drawn yet', () => {
  expect(linesOf(null, size)).toEqual({ ...size, alpha: new Uint8Array(12) });
  expect(linesOf(plain({ width: 3, height: 4 }, 90), size).alpha).toEqual(new Uint8Array(12));
});
