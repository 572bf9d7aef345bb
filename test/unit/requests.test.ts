import { expect, test } from 'vitest';
import { originsOf } from '../../src/requests';

const own = 'https://drobe.example';

test('the own server counts where bytes came from it, and any other one always', () => {
  const entries = [
    { name: `${own}/assets/index.js`, transferSize: 1000 },
    { name: `${own}/models/index.json`, transferSize: 0 }, // from a cache
    { name: 'https://elsewhere.example/x', transferSize: 0 }, // of which a page is not told the size
    { name: 'https://elsewhere.example/x', transferSize: 12 },
  ];
  expect(originsOf(entries, own)).toEqual([own, 'https://elsewhere.example', 'https://elsewhere.example']);
});

test('what never leaves the page does not count', () => {
  const entries = [`blob:${own}/1-2-3`, 'data:image/png;base64,AAAA'].map((name) => ({
    name,
    transferSize: 300,
  }));
  expect(originsOf(entries, own)).toEqual([]);
});
