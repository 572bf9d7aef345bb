import { expect, test } from 'vitest';
import { Thumbnails } from '../../../../src/ui/browse/thumbnails';

const image = () => ({ src: '' }) as HTMLImageElement;
const soon = () => new Promise((resolve) => setTimeout(resolve));

/** Thumbnails that are there when they are told to be. */
function held(most = 2) {
  const asked: number[] = [];
  const answers = new Map<number, (blob: Blob | null) => void>();
  const thumbnails = new Thumbnails((place) => {
    asked.push(place);
    return new Promise((answer) => answers.set(place, answer));
  }, most);
  const answer = async (place: number, blob: Blob | null = new Blob([String(place)])) => {
    answers.get(place)?.(blob);
    await soon();
  };
  return { asked, answer, thumbnails };
}

const textOf = async ({ src }: HTMLImageElement) => (await fetch(src)).text();

test('a thumbnail is shown in every image that is there for it when it comes', async () => {
  const { asked, answer, thumbnails } = held();
  const [one, two, gone] = [image(), image(), image()];
  thumbnails.into(7)(one);
  thumbnails.into(7)(two);
  thumbnails.into(7)(gone)();
  await answer(7);
  expect(asked).toEqual([7]);
  expect([await textOf(one), two.src, gone.src]).toEqual(['7', one.src, '']);
});

test('of many the last are read first, a few at once, and not those that are out of sight again', async () => {
  const { asked, answer, thumbnails } = held();
  const leave = Array.from({ length: 10 }, (_, place) => thumbnails.into(place)(image()));
  expect(asked).toEqual([0, 1, 2, 3, 4, 5]);
  leave[9]?.();
  await answer(0);
  expect(asked.at(-1)).toBe(8);
});

test('those that were seen last stay at hand, and the others are forgotten', async () => {
  const { asked, answer, thumbnails } = held(2);
  for (const place of [1, 2, 3]) {
    const leave = thumbnails.into(place)(image());
    await answer(place);
    leave();
  }
  for (const place of [2, 3, 1]) thumbnails.into(place)(image());
  expect(asked).toEqual([1, 2, 3, 1]);
});

test('a picture that is gone, or cannot be read, holds up no other', async () => {
  const thumbnails = new Thumbnails(async (place) => {
    if (place === 1) throw new Error('broken');
    return place === 2 ? null : new Blob([String(place)]);
  });
  const images = [1, 2, 3].map((place) => {
    const shown = image();
    thumbnails.into(place)(shown);
    return shown;
  });
  await soon();
  expect(images.map(({ src }) => src !== '')).toEqual([false, false, true]);
});
