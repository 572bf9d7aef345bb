import { expect, test } from 'vitest';
import type { ModelFacts } from '../../../../src/engine/api';
import type { Mode } from '../../../../src/ui/settings/settings';
import { commandsNow } from '../../../../src/ui/make/keys';
import { modelOf, pictureFile, pictures, studioAtWork } from '../fake';

type Kind = ModelFacts['kind'];

test('inpainting needs a picture, and then a mask, unless what is not masked changes', async () => {
  const { studio } = studioAtWork();
  studio.choose('inpaint');
  expect([studio.place.obstacle, studio.canGenerate]).toEqual(['no-picture', false]);
  await studio.startFrom(pictureFile());
  expect([studio.place.obstacle, studio.canGenerate]).toEqual(['no-mask', false]);
  studio.settings.current.maskMode = 'rest';
  expect(studio.place.obstacle).toBeNull();
  studio.settings.current.maskMode = 'masked';
  studio.place.board.invert();
  expect([studio.place.obstacle, studio.canGenerate]).toEqual([null, true]);
  studio.place.board.clear();
  expect(studio.place.obstacle).toBe('no-mask');
});

test('of pictures that come together the first is started from, and the others are told until the next one', async () => {
  const { studio } = studioAtWork();
  const { source } = studio.place;
  await studio.startFrom(pictureFile('64x48', 'house.png'), 2);
  expect([source.current?.name, source.aside]).toEqual(['house.png', 2]);
  await studio.startFrom(pictureFile('no picture', 'words.png'), 1);
  expect([source.current?.name, source.aside]).toEqual(['house.png', 2]);
  await studio.startFrom(pictureFile('32x32', 'other.png'));
  expect([source.current?.name, source.aside]).toEqual(['other.png', 0]);
});

test('outpainting needs a picture, and then a margin', async () => {
  const { studio } = studioAtWork();
  studio.choose('outpaint');
  studio.place.pull({ left: 16 });
  expect(studio.place.obstacle).toBe('no-picture');
  await studio.startFrom(pictureFile());
  expect([studio.place.obstacle, studio.canGenerate]).toEqual(['no-margin', false]);
  studio.place.pull({ left: 16 });
  expect([studio.place.obstacle, studio.canGenerate]).toEqual([null, true]);
});

test('the size to draw follows the frame’s shape', async () => {
  const { studio } = studioAtWork();
  studio.choose('outpaint');
  await studio.startFrom(pictureFile());
  expect(studio.settings.current).toMatchObject({ width: 64, height: 48 });
  studio.place.pull({ right: 32, left: 32 });
  expect(studio.place.frame.margins).toEqual({ left: 32, right: 32, top: 0, bottom: 0 });
  expect(studio.settings.current).toMatchObject({ width: 128, height: 48 });
  studio.place.pull({ left: 0, right: -5, bottom: 48.4, top: NaN });
  expect(studio.place.frame.margins).toEqual({ left: 0, right: 0, top: 0, bottom: 48 });
  const { width, height } = studio.settings.current;
  expect(width / height).toBeCloseTo(64 / 96, 1);
});

test.each<[mode: Mode, shows: 'canvas' | 'result']>([
  ['inpaint', 'canvas'],
  ['outpaint', 'canvas'],
  ['image', 'result'],
])('whoever turns to %s sees the %s, once there is a picture', async (mode, shows) => {
  const { studio } = studioAtWork();
  await studio.generate();
  studio.choose(mode);
  expect(studio.view.shown).toBe(studio.album.results[0]);
  studio.choose('text');
  studio.place.source.take(await pictures.read(pictureFile()));
  studio.choose(mode);
  expect(studio.view.shown).toBe(shows === 'canvas' ? null : studio.album.results[0]);
  expect(studio.settings.current).toMatchObject({ width: 64, height: 48 });
});

test.each<[mode: Mode, kind: Kind, then: Mode]>([
  ['inpaint', 'base', 'inpaint'],
  ['outpaint', 'base', 'outpaint'],
  ['text', 'base', 'image'],
  ['text', 'inpaint', 'inpaint'],
  ['image', 'inpaint', 'image'],
  ['text', 'instruct', 'instruct'],
])(
  'a picture dropped in the mode %s, with a model of the kind %s, is worked on in the mode %s',
  async (mode, kind, then) => {
    const { studio } = studioAtWork(modelOf(kind));
    studio.place.mode = mode;
    await studio.startFrom(pictureFile());
    expect([studio.place.mode, studio.place.source.current?.name]).toEqual([then, 'photo.jpg']);
    expect(studio.place.board.sheet).toMatchObject({ width: 64, height: 48 });
  },
);

test.each<[mode: Mode, kind: Kind, then: Mode, shows: 'canvas' | 'result']>([
  ['text', 'base', 'image', 'result'],
  ['text', 'inpaint', 'inpaint', 'canvas'],
  ['inpaint', 'base', 'inpaint', 'canvas'],
  ['outpaint', 'base', 'outpaint', 'canvas'],
])(
  'a result that is edited in the mode %s, with a model of the kind %s, is the picture to start from',
  async (mode, kind, then, shows) => {
    const { studio } = studioAtWork(modelOf(kind));
    studio.place.mode = 'text';
    await studio.generate();
    studio.place.mode = mode;
    const [made] = studio.album.results;
    if (made) studio.edit(made);
    expect([studio.place.mode, studio.place.source.current]).toEqual([then, made?.itself]);
    expect(studio.view.shown).toBe(shows === 'canvas' ? null : made);
    expect(studio.place.board.sheet).toMatchObject({ width: 48, height: 48 });
  },
);

const sizeOf = ({ settings: { current } }: ReturnType<typeof studioAtWork>['studio']) =>
  `${current.width} × ${current.height}`;

test('each mode comes back with the size it was left with, as long as the picture is the same', async () => {
  const { studio } = studioAtWork();
  studio.form.take({ width: 96, height: 48 });
  await studio.startFrom(pictureFile('64x48'));
  studio.form.take({ width: 80, height: 64 });
  studio.choose('text');
  expect(sizeOf(studio)).toBe('96 × 48');
  studio.choose('inpaint');
  expect(sizeOf(studio)).toBe('64 × 48');
  studio.place.chooseArea('masked');
  expect(sizeOf(studio)).toBe('48 × 48');
  studio.place.chooseArea('whole');
  studio.choose('image');
  expect(sizeOf(studio)).toBe('80 × 64');
  studio.choose('text');
  await studio.startFrom(pictureFile('48x64', 'other.png'));
  expect(sizeOf(studio)).toBe('48 × 64');
});

test('inputs that are restored leave the size as it is set, and on the same picture what was painted can be undone', async () => {
  const { studio } = studioAtWork();
  await studio.startFrom(pictureFile('64x48'));
  studio.choose('inpaint');
  studio.place.board.invert();
  const { inputs } = studio;
  studio.form.take({ width: 80, height: 64 });
  const later = studioAtWork().studio;
  later.form.take({ width: 80, height: 64 });
  later.restore(inputs);
  expect([later.place.mode, sizeOf(later)]).toEqual(['inpaint', '80 × 64']);
  studio.place.board.clear();
  studio.restore(inputs);
  expect(studio.place.board.isFull).toBe(true);
  studio.place.undo();
  expect(studio.place.board.bounds).toBeNull();
});

test('what the frame was moved by is undone step by step, and before what was done earlier', async () => {
  const { studio } = studioAtWork();
  await studio.startFrom(pictureFile('64x48'));
  await studio.startFrom(pictureFile('96x48', 'other.png'));
  studio.choose('outpaint');
  const { place } = studio;
  const move = (margins: Parameters<typeof place.pull>[0]) => {
    place.frame.mark();
    place.pull(margins);
  };
  const press = (key: string) =>
    commandsNow(studio)
      .find(({ keys }) => keys.includes(key))
      ?.run(studio);
  move({ left: 16 });
  place.pull({ left: 32 });
  move({ top: 8 });
  const size = sizeOf(studio);
  press('Ctrl+Z');
  expect(place.frame.margins).toMatchObject({ left: 32, top: 0 });
  press('Ctrl+Shift+Z');
  expect([place.frame.margins, sizeOf(studio)]).toMatchObject([{ left: 32, top: 8 }, size]);
  press('Ctrl+Z');
  press('Ctrl+Z');
  expect([place.frame.isOpen, place.source.current?.name]).toEqual([false, 'other.png']);
  press('Ctrl+Z');
  expect(place.source.current?.name).toBe('photo.jpg');
});
