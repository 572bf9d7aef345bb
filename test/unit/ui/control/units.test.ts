import { expect, test } from 'vitest';
import type { ModelEntry } from '../../../../src/engine/api';
import { settingsFrom } from '../../../../src/ui/settings/mend';
import type { Unit } from '../../../../src/ui/control/unit';
import { drawGrey, miniature, motley, original, pictureFile, plain, studioAtWork, turn } from '../fake';
import { canny, pose, inpainting, union } from './nets';

const files: readonly ModelEntry[] = [canny, pose, inpainting, union];

function atWork() {
  const { studio, jobs } = studioAtWork(miniature, drawGrey, () => files);
  studio.settings.current.seed = '1';
  const unit = (place = 0): Unit => studio.units.all[place]!;
  return { studio, jobs, units: studio.units, unit };
}

/** A picture that was drawn here, of this size. */
const drawn = (width: number, height: number, name = 'drawn.png') => ({
  ...original(width, height, name),
  pixels: motley({ width, height }),
});

test('a new unit has its net, and the preprocessor that the net is called after', () => {
  const { units, unit } = atWork();
  units.add(canny);
  expect(unit()).toMatchObject({ model: canny.id, preprocessor: 'canny', a: 100, b: 200, weight: 1 });
  units.add(pose);
  expect(unit(1).preprocessor).toBe('none');
  units.add(null);
  expect(unit(2)).toMatchObject({ model: '', preprocessor: 'none' });
});

test('without a unit a job has no controls', async () => {
  const { studio, jobs } = atWork();
  await studio.generate();
  expect(jobs[0]).not.toHaveProperty('controls');
});

test('a unit needs a net that fits, and a picture of its own where none is drawn over', async () => {
  const { studio, units, unit } = atWork();
  units.add(null);
  expect([studio.obstacle, studio.canGenerate]).toEqual(['no-control-model', false]);
  units.change(unit(), { model: union.id });
  expect(studio.obstacle).toBe('control-misfit');
  units.change(unit(), { model: canny.id });
  expect(studio.obstacle).toBe('no-control-picture');
  await units.read(unit(), pictureFile('48x48'));
  expect([studio.obstacle, studio.canGenerate]).toEqual([null, true]);
  units.take(unit(), null);
  await studio.startFrom(pictureFile('48x48'));
  expect([studio.place.mode, studio.obstacle]).toEqual(['image', null]);
});

test('the job has each unit with its hint, of the size that is drawn and of that of the second pass', async () => {
  const { studio, jobs, units, unit } = atWork();
  units.add(pose);
  const picture = drawn(48, 48);
  units.take(unit(), picture);
  units.change(unit(), { weight: 0.6, start: 0.2, end: 0.7, mode: 'prompt' });
  Object.assign(studio.settings.current, { hires: true, hiresScale: 1.5 });
  await studio.generate();
  const [control, ...others] = jobs[0]?.controls ?? [];
  expect(others).toEqual([]);
  expect(control).toMatchObject({ model: pose.id, weight: 0.6, start: 0.2, end: 0.7, mode: 'prompt' });
  expect(control).not.toHaveProperty('hintKind');
  expect(control?.hint).toEqual(picture.pixels);
  expect(control?.large).toMatchObject({ width: 72, height: 72 });
});

test('without a picture of its own a unit is guided by the one that is drawn over', async () => {
  const { studio, jobs, units } = atWork();
  units.add(pose);
  studio.place.mode = 'image';
  studio.place.take(drawn(48, 48));
  await studio.generate();
  const [job] = jobs;
  expect(job?.controls?.[0]?.hint).toEqual(job?.source?.pixels);
  expect(job?.controls?.[0]).not.toHaveProperty('large');
});

test('a net for inpainting is shown a hole where the mask is', async () => {
  const { studio, jobs, units } = atWork();
  units.add(inpainting);
  studio.place.mode = 'inpaint';
  studio.place.take({ ...original(48, 48), pixels: plain({ width: 48, height: 48 }, 70) });
  studio.settings.current.maskBlur = 0;
  studio.place.board.tool = 'rectangle';
  studio.place.board.begin({ x: 0, y: 0, pressure: 1 }, false);
  studio.place.board.move([{ x: 24, y: 48, pressure: 1 }]);
  studio.place.board.end();
  await studio.generate();
  const { hint } = jobs[0]!.controls![0]!;
  const alphas = [0, 23, 24, 47].map((x) => hint.rgba[4 * (48 * 20 + x) + 3]);
  expect(alphas).toEqual([0, 0, 255, 255]);
  expect(hint.rgba[4 * (48 * 20 + 40)]).toBe(70);
});

test('removing a unit and changing its picture can be taken back', async () => {
  const { studio, units, unit } = atWork();
  for (const net of [canny, pose]) units.add(net);
  units.take(unit(), drawn(8, 8, 'a.png'));
  units.take(unit(), drawn(8, 8, 'b.png'));
  expect(studio.changes.last?.words).toBe('a.png was replaced.');
  units.change(unit(), { weight: 0.5 });
  units.remove(unit());
  expect(units.all.map(({ model }) => model)).toEqual([pose.id]);
  studio.changes.undo();
  expect(units.all.map(({ model }) => model)).toEqual([canny.id, pose.id]);
  studio.changes.undo();
  expect([unit().picture?.name, unit().weight]).toEqual(['a.png', 0.5]);
});

test('a file that is no picture is told by its name, and the picture before stays', async () => {
  const { units, unit } = atWork();
  units.add(canny);
  await units.read(unit(), pictureFile('8x8', 'a.png'));
  await units.read(unit(), pictureFile('words', 'b.png'));
  expect(units.failure).toMatchObject({ key: unit().key, file: 'b.png' });
  expect(unit().picture?.name).toBe('a.png');
});

test('of two pictures that are read at the same time each unit gets its own', async () => {
  const { units, unit } = atWork();
  for (const net of [canny, pose]) units.add(net);
  await Promise.all([
    units.read(unit(0), pictureFile('8x8', 'a.png')),
    units.read(unit(1), pictureFile('8x8', 'b.png')),
  ]);
  expect(units.all.map(({ picture }) => picture?.name)).toEqual(['a.png', 'b.png']);
});

test('a result remembers its units with their pictures, and brings them back', async () => {
  const { studio, units, unit } = atWork();
  units.add(pose);
  const picture = drawn(48, 48);
  units.take(unit(), picture);
  units.change(unit(), { weight: 1.2 });
  await studio.generate();
  expect(studio.album.results[0]?.job).not.toHaveProperty('controls');
  units.remove(unit());
  studio.reuse.settings();
  expect(unit()).toMatchObject({ model: pose.id, weight: 1.2, picture });
  studio.changes.undo();
  expect(units.all).toEqual([]);
});

test('a run that is gone on with has its hints again', async () => {
  const { studio, jobs, units, unit } = atWork();
  units.add(pose);
  units.take(unit(), drawn(48, 48));
  const unfinished = { id: 'a', steps: 1, known: [], stopped: false, inputs: studio.inputs };
  units.restore([]);
  await studio.ordering.goOn({ ...unfinished, settings: settingsFrom({ ...studio.settings.current }) });
  await turn();
  expect(jobs[0]?.controls?.map(({ model }) => model)).toEqual([pose.id]);
});

test('a unit of a later version, whose preprocessor is not known here, has none', () => {
  const { units, unit } = atWork();
  units.add(canny);
  units.restore([{ ...unit(), preprocessor: 'telepathy' as Unit['preprocessor'] }]);
  expect(unit()).toMatchObject({ model: canny.id, preprocessor: 'none', a: 0 });
});
