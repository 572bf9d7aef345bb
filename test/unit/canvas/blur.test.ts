import { expect, test } from 'vitest';
import { blurred, reachOf } from '../../../src/canvas/blur';
import type { Mask } from '../../../src/canvas/pixels';
import { seeded } from './sheets';

const maskOf = (width: number, height: number, at: (x: number, y: number) => number): Mask => ({
  width,
  height,
  alpha: Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});

const dot = (width: number, height: number, left: number, top: number) =>
  maskOf(width, height, (x, y) => (x === left && y === top ? 255 : 0));

/** The sum over the whole square around each pixel, with the picture's edge going on outside. */
function naive({ width, height, alpha }: Mask, sigma: number): number[] {
  const reach = reachOf(sigma);
  const inside = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
  return Array.from(alpha, (_, i) => {
    let [sum, weights] = [0, 0];
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
        const [x, y] = [inside((i % width) + dx, width), inside(Math.floor(i / width) + dy, height)];
        sum += weight * alpha[y * width + x]!;
        weights += weight;
      }
    }
    return sum / weights;
  });
}

test('a blur of 0 is the mask itself', () => {
  const mask = dot(9, 7, 4, 3);
  expect(blurred(mask, 0)).toBe(mask);
});

test('a blur of nothing is nothing', () => {
  expect(blurred(dot(9, 7, -1, -1), 4).alpha).toEqual(new Uint8Array(63));
});

test.each([
  [0.4, 1],
  [1, 3],
  [4, 10],
  [5, 13],
])('a blur of %f reaches %i pixels far', (sigma, reach) => {
  expect(reachOf(sigma)).toBe(reach);
});

test.each([0.4, 1, 2.5, 4])('a blur of %f leaves everything beyond its reach at 0', (sigma) => {
  const reach = reachOf(sigma);
  const mask = maskOf(50, 44, (x, y) => (x >= 20 && x < 28 && y >= 18 && y < 25 ? 255 : 0));
  const { alpha } = blurred(mask, sigma);
  const beyond = maskOf(50, 44, (x, y) =>
    x < 20 - reach || x >= 28 + reach || y < 18 - reach || y >= 25 + reach ? 1 : 0,
  ).alpha;
  expect(alpha.some((a, i) => beyond[i] === 1 && a > 0)).toBe(false);
  expect(alpha.some((a, i) => beyond[i] === 0 && a > 0 && mask.alpha[i] === 0)).toBe(true);
});

test.each([0.5, 1, 4, 30])(
  'a full mask stays full up to the edge of the picture with a blur of %f',
  (sigma) => {
    const full = maskOf(23, 17, () => 255);
    expect(blurred(full, sigma)).toEqual(full);
  },
);

test('a mask painted up to the edge is not thinner there', () => {
  const { alpha } = blurred(
    maskOf(40, 20, (x) => (x < 20 ? 255 : 0)),
    3,
  );
  const row = Array.from(alpha.subarray(0, 40));
  for (let y = 1; y < 20; y++) expect(Array.from(alpha.subarray(40 * y, 40 * (y + 1)))).toEqual(row);
  expect(row[0]).toBe(255);
  expect(row).toEqual(row.toSorted((a, b) => b - a));
});

test('a dot spreads alike to all sides', () => {
  const { alpha } = blurred(dot(31, 31, 15, 15), 3);
  const at = (x: number, y: number) => alpha[(15 + y) * 31 + 15 + x]!;
  for (let y = 0; y <= 15; y++) {
    for (let x = 0; x <= 15; x++) {
      expect([at(-x, y), at(x, -y), at(-x, -y)], `${x}, ${y}`).toEqual(Array<number>(3).fill(at(x, y)));
      expect(Math.abs(at(x, y) - at(y, x))).toBeLessThanOrEqual(1);
    }
  }
});

test('the mirrored mask gives the mirrored blur', () => {
  const random = seeded(5);
  const mask = maskOf(21, 13, () => (random() < 0.3 ? 256 * random() : 0));
  const mirrored = ({ alpha }: Mask) => maskOf(21, 13, (x, y) => alpha[(12 - y) * 21 + 20 - x]!);
  const [one, other] = [blurred(mirrored(mask), 2).alpha, mirrored(blurred(mask, 2)).alpha];
  const apart = Array.from(one, (a, i) => Math.abs(a - other[i]!));
  expect(Math.max(...apart)).toBeLessThanOrEqual(1);
});

test.each([
  [19, 14, 0.4, 0.2],
  [19, 14, 1, 0.05],
  [19, 14, 2.2, 0.5],
  [14, 19, 4, 0.02],
  [5, 3, 6, 0.5],
  [1, 9, 2, 0.4],
])('a mask of %i × %i with a blur of %f is the Gaussian sum', (width, height, sigma, density) => {
  const random = seeded(11);
  const mask = maskOf(width, height, () => (random() < density ? 256 * random() : 0));
  const { alpha } = blurred(mask, sigma);
  expect(Math.max(...alpha)).toBeGreaterThan(0);
  const apart = naive(mask, sigma).map((v, i) => Math.abs(v - alpha[i]!));
  expect(Math.max(...apart)).toBeLessThanOrEqual(1);
});

test('the mask that is blurred stays as it was', () => {
  const mask = dot(9, 7, 4, 3);
  blurred(mask, 2);
  expect(mask).toEqual(dot(9, 7, 4, 3));
});
