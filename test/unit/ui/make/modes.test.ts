import { expect, test } from 'vitest';
import type { ModelFacts } from '../../../../src/engine/api';
import type { Mode } from '../../../../src/ui/settings/settings';
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
