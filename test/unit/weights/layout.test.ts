import { describe, expect, it } from 'vitest';
import { blobsOf, bytesOf, mapFiles, plain, within, type Layout } from '../../../src/weights/store/layout';

const abc = new Blob(['abcdefghij']);
const xyz = new Blob(['ZYXWVUT']);
const layout: Layout<Blob> = {
  head: new TextEncoder().encode('123'),
  ranges: [
    { file: abc, begin: 2, end: 6 },
    { file: xyz, begin: 0, end: 3 },
    { file: abc, begin: 8, end: 10 },
  ],
};
const whole = '123cdefZYXij';

describe('a file that is put together', () => {
  it('is its head and ranges of other files, in order', async () => {
    expect(bytesOf(layout)).toBe(whole.length);
    expect(await new Blob(blobsOf(layout)).text()).toBe(whole);
    expect(await new Blob(blobsOf(plain(abc, abc.size))).text()).toBe('abcdefghij');
    expect(blobsOf(plain(abc, abc.size))).toHaveLength(1);
  });

  it('can be read in part, from anywhere to anywhere', async () => {
    for (let begin = 0; begin <= whole.length; begin++) {
      for (let end = begin; end <= whole.length; end++) {
        expect(await new Blob(blobsOf(within(layout, begin, end))).text()).toBe(whole.slice(begin, end));
      }
    }
  });

  it('may be of files that stand for others', () => {
    expect(mapFiles(layout, (file) => (file === abc ? 'abc' : 'xyz'))).toEqual({
      head: layout.head,
      ranges: [
        { file: 'abc', begin: 2, end: 6 },
        { file: 'xyz', begin: 0, end: 3 },
        { file: 'abc', begin: 8, end: 10 },
      ],
    });
  });
});
