import { expect, it } from 'vitest';
import type { Pixels } from '../../../../src/canvas/pixels';
import type { Original } from '../../../../src/ui/files/picture';
import { remembering } from '../../../../src/ui/files/remembering';

const picture = (name: string): Original => ({ name, width: 1, height: 1, blob: new Blob(), pixels: null });
const [apple, house, heart] = ['apple', 'house', 'heart'].map(picture) as [Original, Original, Original];

function counted(fails = 0) {
  const asked: string[] = [];
  const read = async ({ name }: Original): Promise<Pixels> => {
    asked.push(name);
    if (asked.length <= fails) throw new Error('unreadable');
    return { width: 1, height: 1, rgba: new Uint8ClampedArray(4) };
  };
  return { asked, read };
}

it('a picture is read once as long as it is among the last that were asked for', async () => {
  const { asked, read } = counted();
  const whole = remembering(read, 2);
  for (const each of [apple, house, apple, heart, apple, house]) await whole(each);
  expect(asked).toEqual(['apple', 'house', 'heart', 'house']);
});

it('what could not be read is read again', async () => {
  const { asked, read } = counted(1);
  const whole = remembering(read);
  await expect(whole(apple)).rejects.toThrow('unreadable');
  await whole(apple);
  expect(asked).toEqual(['apple', 'apple']);
});
