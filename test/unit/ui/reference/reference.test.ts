import { expect, test } from 'vitest';
import type { AddonFacts, ModelEntry } from '../../../../src/engine/api';
import { unitsOf } from '../../../../src/ui/control/recipe';
import { recipeReferences } from '../../../../src/ui/reference/reference';
import { drawGrey, miniature, original, pictureFile, studioAtWork } from '../fake';

const entry = (id: string, addon: AddonFacts): ModelEntry => ({
  ...{ id, file: `${id}.safetensors`, bytes: 1, origin: 'stored' },
  addon,
});
const { family } = miniature.facts;
const adapterFor = (id: string, base: string, width: number): ModelEntry =>
  entry(id, { kind: 'ip-adapter', name: id, variant: 'plain', base, wants: { seen: 'embedding', width } });
const adapter = adapterFor('ip-adapter_sd15', 'Stable Diffusion 1.x', 1024);
const large = adapterFor('ip-adapter_sdxl', 'Stable Diffusion XL', 1280);
const encoder = (id: string, projection: number): ModelEntry =>
  entry(id, { kind: 'image-encoder', name: id, gives: { embedding: projection, states: 1280 } });
const [vitH, other, bigG] = [encoder('ViT-H', 1024), encoder('another', 1024), encoder('bigG', 1280)];

function atWork(here: readonly ModelEntry[] = [bigG, large, vitH, adapter, other]) {
  const { studio, jobs } = studioAtWork(miniature, drawGrey, () => here);
  studio.settings.current.seed = '1';
  return { studio, jobs, reference: studio.reference };
}

test('the first adapter for the model is taken, and the encoder that it was made with', async () => {
  const { studio, jobs, reference } = atWork();
  expect(family).toMatch(/^Stable Diffusion 1/);
  await reference.read(pictureFile('48x32'));
  reference.change({ weight: 0.6, end: 0.5 });
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
  reference.change({ encoder: other.id });
  await studio.generate();
  expect(jobs[1]?.references).toMatchObject([{ encoder: other.id }]);
  reference.take(null);
  await studio.generate();
  expect(jobs[2]).not.toHaveProperty('references');
});

test('what it lacks stands in the way, once there is a picture', async () => {
  const without = async (...here: ModelEntry[]) => {
    const { studio, reference } = atWork(here);
    expect(studio.obstacle).toBe(null);
    await reference.read(pictureFile('48x48'));
    return studio.obstacle;
  };
  expect(await without(large, bigG, vitH)).toBe('no-adapter');
  expect(await without(adapter, bigG)).toBe('no-encoder');
  expect(await without(adapter, vitH)).toBe(null);
});

test('a file that is no picture is told, and the one before stays', async () => {
  const { reference } = atWork();
  await reference.read(pictureFile('48x48'));
  const { picture } = reference.current;
  await reference.read(pictureFile('no picture'));
  expect(reference.failure?.error.code).toBe('image-unreadable');
  expect(reference.current.picture).toBe(picture);
});

test('what took another one’s place can be taken back, and settings bring their picture along', async () => {
  const { studio, reference } = atWork();
  const [first, second] = [original(48, 48, 'first.png'), original(48, 48, 'second.png')];
  reference.take(first);
  reference.change({ weight: 1.5 });
  await studio.generate();
  reference.take(second);
  expect(studio.changes.last?.words).toBe('second.png took the place of first.png.');
  studio.changes.undo();
  expect(reference.current.picture).toBe(first);

  reference.take(null);
  reference.change({ weight: 1 });
  studio.reuseSettings();
  expect(reference.current).toMatchObject({ picture: first, weight: 1.5 });
});

test('recipes have it as a unit of A1111’s extension, which is no control of ours', () => {
  const told = { encoder: '', weight: 0.6, start: 0, end: 1 };
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
});
