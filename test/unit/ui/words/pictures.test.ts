import { expect, test } from 'vitest';
import { lt } from '../../../../src/ui/words/lt';
import { en } from '../../../../src/ui/words/en';

test('what became of a picture is told for what is done with it', () => {
  const clear = { kind: 'clear' } as const;
  expect(en.pictures.remark(clear, 'inpaint')).toMatch(/stay clear where nothing is masked/);
  expect(en.pictures.remark(clear, 'image')).toMatch(/nothing shows through the result/);
  const from = { width: 9000, height: 6700 };
  expect(en.pictures.remark({ kind: 'reduced', from }, 'image')).toContain('9000 × 6700');
});

test('what was made of a mask file is told, and how much of the picture it masks', () => {
  const told = (share: number) => en.pictures.mask({ file: 'hole.png', reading: 'clear', share });
  expect(told(0)).toBe('Nothing is clear in hole.png, so nothing is masked.');
  expect(told(0.001)).toContain('less than 1 % of the picture');
  expect(told(0.25)).toBe('What is clear in hole.png will be drawn anew: 25 % of the picture.');
});

test('what came beside the picture that was taken is counted', () => {
  expect(en.pictures.aside(1)).toBe('Another picture was left aside: one at a time is started from.');
  expect(en.pictures.aside(4)).toMatch(/^4 other pictures were left aside/);
  expect(en.pictures.recipesAside(1)).toBe('Another picture was left aside: one at a time is read.');
  expect(lt.pictures.recipesAside(3)).toBe('Dar 3 vaizdai atidėti į šalį: vienu metu skaitomas vienas.');
});
