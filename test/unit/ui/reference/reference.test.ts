import { expect, test } from 'vitest';
import type { Mask } from '../../../../src/canvas/pixels';
import type { ModelEntry } from '../../../../src/engine/api';
import { unitsOf } from '../../../../src/ui/control/recipe';
import { recipeReferences, referencesIn } from '../../../../src/ui/reference/recipe';
import { inPart, type Reference } from '../../../../src/ui/reference/reference';
import { drawGrey, gate, miniature, original, pictureFile, studioAtWork } from '../fake';
import { adapter, adapterFor, bigG, large, other, vitH } from './files';

const { family } = miniature.facts;

/** The left half of what is drawn. */
const left: Mask = {
  width: 4,
  height: 2,
  alpha: Uint8Array.from([255, 255, 0, 0, 255, 255, 0, 0]),
};

function atWork(here: readonly ModelEntry[] = [bigG, large, vitH, adapter, other]) {
  const { studio, jobs } = studioAtWork(miniature, drawGrey, () => here);
  studio.settings.current.seed = '1';
  const { references } = studio;
  const reference = (place = 0): Reference => references.all[place]!;
  return { studio, jobs, references, reference };
}

test('the first adapter for the model is taken, and the encoder that it was made with', async () => {
  const { studio, jobs, references, reference } = atWork();
  expect(family).toMatch(/^Stable Diffusion 1/);
  await references.add(pictureFile('48x32'));
  references.change(reference(), { weight: 0.6, end: 0.5 });
  await studio.generate();
  expect(jobs[0]?.references).toMatchObject([
    {
      model: adapter.id,
      encoder: vitH.id,
      weight: 0.6,
      start: 0,
      end: 0.5,
      pixels: { width: 48, height: 32 },
    },
  ]);
  expect(jobs[0]?.references?.[0]).not.toHaveProperty('mask');
  references.change(reference(), { encoder: other.id });
  await studio.generate();
  expect(jobs[1]?.references).toMatchObject([{ encoder: other.id }]);
  references.remove(reference());
  await studio.generate();
  expect(jobs[2]).not.toHaveProperty('references');
});

test('several pictures are told one after the other, each with its own adapter, weight and mask', async () => {
  const second = adapterFor('ip-adapter_sd15_light', 'Stable Diffusion 1.x', 1024);
  const { studio, jobs, references, reference } = atWork([adapter, second, vitH]);
  await references.add(pictureFile('48x32'));
  await references.add(pictureFile('16x16'));
  references.change(reference(1), { model: second.id, weight: 0.3 });
  references.mask(reference(1), left);
  await studio.generate();
  expect(jobs[0]?.references).toMatchObject([
    { model: adapter.id, weight: 1, pixels: { width: 48 } },
    { model: second.id, weight: 0.3, pixels: { width: 16 }, mask: left },
  ]);
  references.remove(reference(0));
  expect(studio.changes.last?.words).toBe('Reference 1 was removed.');
  expect(references.all.map(({ model }) => model)).toEqual([second.id]);
  studio.changes.undo();
  expect(references.all.map(({ weight }) => weight)).toEqual([1, 0.3]);
});

test('what one lacks stands in the way', async () => {
  const without = async (...here: ModelEntry[]) => {
    const { studio, references } = atWork(here);
    expect(studio.obstacle).toBe(null);
    await references.add(pictureFile('48x48'));
    return studio.obstacle;
  };
  expect(await without(large, bigG, vitH)).toBe('no-adapter');
  expect(await without(adapter, bigG)).toBe('no-encoder');
  expect(await without(adapter, vitH)).toBe(null);
  const { studio, references, reference } = atWork();
  await references.add(pictureFile('48x48'));
  references.take(reference(), null);
  expect(studio.obstacle).toBe('no-reference-picture');
});

test('a file that is no picture is told where it was chosen, and what was there stays', async () => {
  const { references, reference } = atWork();
  await references.add(pictureFile('no picture'));
  expect([references.all.length, references.failure?.key]).toEqual([0, null]);
  await references.add(pictureFile('48x48'));
  const { picture, key } = reference();
  await references.read(reference(), pictureFile('no picture'));
  expect(references.failure).toMatchObject({ key, error: { code: 'image-unreadable' } });
  expect(reference().picture).toBe(picture);
  await references.readMask(reference(), pictureFile('no mask'), { width: 8, height: 8 });
  expect([references.failure?.error.code, reference().mask]).toEqual(['image-unreadable', null]);
  await references.readMask(reference(), pictureFile('255'), { width: 8, height: 8 });
  expect(reference().mask).toEqual({ width: 8, height: 8, alpha: new Uint8Array(64).fill(255) });
});

test('what took another one’s place can be taken back, and settings bring their pictures along', async () => {
  const { studio, references, reference } = atWork();
  const [first, second] = [original(48, 48, 'first.png'), original(48, 48, 'second.png')];
  await references.add(pictureFile('48x48'));
  references.restore([{ ...reference(), picture: first }]);
  references.change(reference(), { weight: 1.5 });
  references.mask(reference(), left);
  expect(studio.changes.all).toEqual([]);
  await studio.generate();
  references.take(reference(), second);
  expect(studio.changes.last?.words).toBe('first.png was replaced.');
  studio.changes.undo();
  expect(reference().picture).toBe(first);
  references.mask(reference(), null);
  expect(studio.changes.last?.words).toBe('The reference image’s mask was removed.');
  studio.changes.undo();
  expect(reference().mask).toBe(left);

  references.remove(reference());
  studio.reuse.settings();
  expect(reference()).toMatchObject({ picture: first, weight: 1.5, mask: left });
});

test('what an older version remembered knows of no masks', () => {
  const { references, reference } = atWork();
  const older = { picture: original(8, 8, 'old.png'), model: '', encoder: '', weight: 0.5, start: 0, end: 1 };
  references.restore([older]);
  expect(reference()).toMatchObject({ ...older, mask: null });
});

test('where a part of a picture is drawn, that part of the mask counts', () => {
  const whole = { width: 8, height: 4 };
  const box = { x: 2, y: 0, width: 4, height: 2 };
  expect(inPart(left, { whole, box })).toEqual({ width: 2, height: 1, alpha: Uint8Array.of(255, 0) });
  expect(inPart(left, { whole, box: { x: 0, y: 0, ...whole } })).toEqual(left);
  const tiny = inPart(left, { whole, box: { x: 7, y: 3, width: 1, height: 1 } });
  expect(tiny).toEqual({ width: 1, height: 1, alpha: Uint8Array.of(0) });
});

test('what is drawn of a picture that is painted over has its part of the mask', async () => {
  const { studio, jobs, references, reference } = atWork();
  await references.add(pictureFile('48x48'));
  references.mask(reference(), left);
  studio.place.mode = 'inpaint';
  studio.place.take(original(256, 256));
  Object.assign(studio.settings.current, { area: 'masked', maskBlur: 0, padding: 0, width: 64, height: 64 });
  studio.place.board.tool = 'rectangle';
  studio.place.board.begin({ x: 192, y: 0, pressure: 1 }, false);
  studio.place.board.move([{ x: 256, y: 64, pressure: 1 }]);
  studio.place.board.end();
  await studio.generate();
  const { mask } = jobs[0]!.references![0]!;
  expect(mask).toEqual({ width: 1, height: 1, alpha: Uint8Array.of(0) });
});

test('recipes have it as a unit of A1111’s extension, which is no control of ours, and bring it back without its picture', () => {
  const told = { encoder: '', weight: 0.6, start: 0.1, end: 1 };
  const units = recipeReferences(
    [
      { model: adapter.id, ...told },
      { model: large.id, ...told },
      { model: 'gone', ...told },
    ],
    [adapter, large],
  );
  expect(units.map(({ model, module, weight }) => [model, module, weight])).toEqual([
    ['ip-adapter_sd15', 'ip-adapter_clip_sd15', 0.6],
    ['ip-adapter_sdxl', 'ip-adapter_clip_sdxl', 0.6],
  ]);
  expect(unitsOf(units, [])).toEqual([]);
  const face = { module: 'ip-adapter_face_id', model: 'ip-adapter-faceid_sd15', weight: 1, start: 0, end: 1 };
  expect(referencesIn([...units, face], [large, adapter])).toMatchObject([
    { model: adapter.id, weight: 0.6, start: 0.1, end: 1, picture: null, mask: null },
    { model: large.id, weight: 0.6, picture: null },
  ]);
});

test('of two masks from files the one that was chosen last counts, whichever is read last', async () => {
  const { references, reference } = atWork();
  await references.add(pictureFile('48x32'));
  const { opened, open } = gate();
  const slow = pictureFile('255');
  slow.text = () => opened.then(() => '255');
  const size = { width: 1, height: 1 };
  const first = references.readMask(reference(), slow, size);
  await references.readMask(reference(), pictureFile('7'), size);
  open();
  await first;
  expect(reference().mask?.alpha).toEqual(Uint8Array.of(7));
});
