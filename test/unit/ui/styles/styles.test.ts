import { expect, test } from 'vitest';
import type { Job } from '../../../../src/engine/api';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import { initial } from '../../../../src/ui/settings/settings';
import { drawGrey, engine, hints, miniature, pictures, fakeStorage } from '../fake';

const film = { name: 'film', prompt: 'film still of {prompt}', negative: 'drawing' };
const sharp = { name: 'sharp', prompt: 'sharp', negative: '' };

function studioWith(stored: unknown = [film, sharp], items: Record<string, string> = {}) {
  const jobs: Job[] = [];
  const common = fakeStorage({ 'drobe.styles.1': JSON.stringify(stored) });
  const own = fakeStorage(items);
  const studio = new Studio(
    engine({
      generate: (signal, job) => {
        jobs.push(job);
        return drawGrey(signal, job);
      },
    }),
    () => [],
    { storage: own, common, database: null, pictures, hints, now: () => 0, seed: () => 7 },
  );
  studio.chosen.adopt(miniature);
  return { studio, jobs, common, own };
}

const file = (text: string, name = 'styles.csv') => new File([text], name);
const names = ({ styles }: Studio) => styles.all.map(({ name }) => name);

test('the chosen styles’ words are in what is drawn and in its recipe; the fields and the history keep one’s own', async () => {
  const { studio, jobs } = studioWith();
  const { current } = studio.settings;
  Object.assign(current, { prompt: 'a cat', negative: 'dog' });
  studio.styles.choose('sharp', true);
  studio.styles.choose('film', true);
  expect(studio.styles.words).toEqual({ prompt: 'film still of a cat, sharp', negative: 'dog, drawing' });
  await studio.generate();
  expect(jobs).toMatchObject([{ prompt: 'film still of a cat, sharp', negative: 'dog, drawing' }]);
  expect(current).toMatchObject({ prompt: 'a cat', negative: 'dog', styles: ['sharp', 'film'] });
  expect(studio.history.drawn).toEqual([{ prompt: 'a cat', negative: 'dog' }]);

  // Taken over from the picture they are not added once more.
  studio.reuse.settings();
  expect(current).toMatchObject({
    prompt: 'film still of a cat, sharp',
    negative: 'dog, drawing',
    styles: [],
  });
  studio.changes.undo();
  expect(current).toMatchObject({ prompt: 'a cat', styles: ['sharp', 'film'] });
});

test('a second pass with a prompt of its own has the styles in that, too', async () => {
  const { studio, jobs } = studioWith();
  Object.assign(studio.settings.current, {
    prompt: 'a cat',
    hires: true,
    styles: ['film'],
    rare: { hires: { prompt: 'a lion' } },
  });
  await studio.generate();
  expect(jobs).toMatchObject([{ hires: { prompt: 'film still of a lion' } }]);
  expect(jobs[0]?.hires).not.toHaveProperty('negative');
});

test('words that only a style has are words', async () => {
  const { studio, jobs } = studioWith();
  studio.styles.choose('sharp', true);
  await studio.press();
  expect(jobs).toMatchObject([{ prompt: 'sharp' }]);
});

test('which are chosen is remembered; what is no list of names counts as none, and who is gone is left out', () => {
  const kept = (styles: unknown) =>
    studioWith([film], { 'drobe.settings.1': JSON.stringify({ ...initial, styles }) }).studio;
  expect(kept(['gone', 'film']).styles.chosen).toEqual([film]);
  expect(kept({ film: 1 }).settings.current.styles).toEqual([]);
  expect(kept([7, 'film']).settings.current.styles).toEqual(['film']);
  expect(studioWith([{ name: 'x' }, 7, film]).studio.styles.all).toEqual([film]);
});

test('the prompts are saved under a name, in the place of the style that had it until that is undone', () => {
  const { studio, common } = studioWith();
  Object.assign(studio.settings.current, { prompt: 'oil, {prompt}', negative: 'photo' });
  studio.styles.save('oil');
  expect([names(studio), studio.changes.all]).toEqual([['film', 'sharp', 'oil'], []]);
  studio.styles.save('film');
  expect(studio.styles.all[0]).toEqual({ name: 'film', prompt: 'oil, {prompt}', negative: 'photo' });
  studio.changes.undo();
  expect(studio.styles.all[0]).toEqual(film);
  expect(common.items['drobe.styles.1']).toContain('film still');
});

test('a style that gets another name stays chosen; a name that another one has is not taken', () => {
  const { studio } = studioWith();
  studio.styles.choose('film', true);
  expect(studio.styles.edit(film, { ...film, name: 'sharp' })).toBe(false);
  expect(studio.styles.edit(film, { ...film, name: 'cinema' })).toBe(true);
  expect([names(studio), studio.settings.current.styles]).toEqual([['cinema', 'sharp'], ['cinema']]);
});

test('a deleted one comes back to its place, chosen as it was, and what another tab added stays', () => {
  const { studio, common } = studioWith();
  studio.styles.choose('film', true);
  studio.styles.remove(film);
  expect([names(studio), studio.styles.chosen]).toEqual([['sharp'], []]);
  const [mine] = [common.items['drobe.styles.1'] ?? ''];
  common.items['drobe.styles.1'] = JSON.stringify([
    ...(JSON.parse(mine) as object[]),
    { ...film, name: 'new' },
  ]);
  studio.changes.undo();
  expect([names(studio), studio.styles.chosen]).toEqual([['film', 'sharp', 'new'], [film]]);
});

test('a styles.csv is taken over those of the same names, and that is undone; another file changes nothing', async () => {
  const { studio } = studioWith();
  await studio.styles.take(file('name,prompt,negative_prompt\nsharp,very sharp,\noil,oil painting,\n'));
  expect(names(studio)).toEqual(['film', 'sharp', 'oil']);
  expect(studio.styles.all[1]?.prompt).toBe('very sharp');
  expect(studio.changes.last?.words).toContain('2 styles were imported, 1 in the place');
  const text = await studio.styles.file().text();
  expect(text).toContain('sharp,very sharp,\r\n');
  studio.changes.undo();
  expect(studio.styles.all).toEqual([film, sharp]);
  await studio.styles.take(file('a,b\n1,2', 'cars.csv'));
  expect([studio.styles.all, studio.styles.failure]).toEqual([
    [film, sharp],
    expect.stringContaining('cars.csv'),
  ]);
});

test('a file that cannot be read is said to have no styles', async () => {
  const { studio } = studioWith();
  const gone = file('');
  gone.text = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
  await studio.styles.take(gone);
  expect(studio.styles.failure).toMatch(/^There are no styles in styles\.csv/);
});
