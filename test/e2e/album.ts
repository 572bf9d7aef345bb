/**
 * All pictures, in the album's window: brought, searched, starred, opened, recalled, compared, exported and deleted. A part of the visit
 * of `prompts.spec.ts`.
 */
import { unzipSync } from 'fflate';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download, Locator, Page } from 'playwright/test';
import { expect, test, type App } from './app';
import { brought } from './brought';

const album = (page: Page): Locator => page.getByRole('dialog', { name: 'Album' });
const cards = (page: Page): Locator =>
  album(page).getByRole('listbox', { name: 'Album' }).getByRole('option');
const bytesOf = async (download: Download): Promise<Buffer> => readFile(await download.path());

const recipeOf = (prompt: string, seed: number): string =>
  `${prompt}\nNegative prompt: thunder\nSteps: 7, Sampler: Euler, CFG scale: 6.5, Seed: ${seed}, Size: 48x32, Model: elsewhere`;

/** For before the page is opened: this browser's own window for saving cannot be answered here, so what it would write goes to the downloads. */
export const saveByDownload = (page: Page): Promise<unknown> =>
  page.addInitScript('delete window.showSaveFilePicker');

/** Pictures come into an empty album, and leave it. */
export async function albumIsUsed(app: App): Promise<void> {
  const { page } = app;
  const { keyboard } = page;
  const button = (name: string | RegExp) =>
    album(page).getByRole('button', { name, exact: typeof name === 'string' });
  const search = album(page).getByRole('searchbox', { name: 'Search' });

  await test.step('the empty album says what to do', async () => {
    await keyboard.press('a');
    await expect(album(page)).toContainText('No pictures yet');
    await keyboard.press('Escape');
    await expect(album(page)).toBeHidden();
  });

  await test.step('a shortcut of the installed app opens it', async () => {
    await page.goto('#album');
    await expect(album(page)).toBeVisible();
    expect(new URL(page.url()).hash).toBe('');
    await keyboard.press('Escape');
    await expect(album(page)).toBeHidden();
  });

  const house = brought(120, recipeOf('a blue house', 42).replace('\nNegative prompt: thunder', ''));
  const elsewhere = {
    'the-house.png': house,
    'old-tram.png': brought(200, recipeOf('an old tram', 7001)),
    'lighthouse.png': brought(20, recipeOf('a lighthouse', 7002)),
    'red-apple.png': brought(240, recipeOf('a red apple', 7003)),
  };

  await test.step('a folder of pictures is added, with what their recipes say', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drobe-album-'));
    for (const [name, bytes] of Object.entries(elsewhere)) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'notes.txt'), 'no picture');
    await page.getByRole('button', { name: 'Album', exact: true }).click();
    await album(page).getByLabel('Add a folder…').first().setInputFiles(folder);
    await expect(cards(page)).toHaveCount(4);
    await expect(album(page).getByText('4 pictures were added.')).toBeVisible();
    await expect(album(page).getByText(/^4 pictures, /)).toBeVisible();
    // Once more: they are there already.
    await album(page).getByLabel('Add a folder…').setInputFiles(folder);
    await expect(album(page).getByText('4 pictures were there already.')).toBeVisible();
    await expect(cards(page)).toHaveCount(4);
    await rm(folder, { recursive: true });
  });

  await test.step('it is searched by words, and by what recipes say', async () => {
    await search.fill('tram');
    await expect(cards(page)).toHaveCount(1);
    await expect(cards(page)).toHaveAccessibleName(/^an old tram, 48 × 32, /);
    await search.fill('seed:42');
    await expect(cards(page)).toHaveAccessibleName(/^a blue house, 48 × 32, /);
    await search.fill('zebra');
    await expect(album(page)).toContainText('Nothing found');
    await button('Clear the search').click();
    await expect(cards(page)).toHaveCount(4);
    await keyboard.press('/');
    await expect(search).toBeFocused();
    await keyboard.type('in:negative thunder');
    await expect(cards(page)).toHaveCount(3);
    await keyboard.press('Escape');
    await expect(search).toHaveValue('');
  });

  await test.step('by keys alone: on to a picture, stars for it, and only those with stars', async () => {
    await cards(page).first().focus();
    await keyboard.press('End');
    await expect(cards(page).last()).toBeFocused();
    await keyboard.press('4');
    await expect(cards(page).last()).toHaveAccessibleName(/, 4 stars, /);
    await keyboard.press('Home');
    await keyboard.press('ArrowRight');
    await expect(cards(page).nth(1)).toBeFocused();
    await keyboard.press('2');
    await album(page).getByRole('combobox', { name: 'Stars' }).selectOption('3 stars or more');
    await expect(cards(page)).toHaveCount(1);
    await album(page).getByRole('combobox', { name: 'Stars' }).selectOption('Any stars');
    await expect(cards(page)).toHaveCount(4);
  });

  await test.step('one is opened: its recipe, its neighbours, and its seed for the next picture', async () => {
    await search.fill('tram');
    await expect(cards(page)).toHaveCount(1);
    await cards(page).first().focus();
    await keyboard.press('Enter');
    const one = album(page).getByRole('region', { name: 'an old tram' });
    await expect(one.getByRole('img', { name: 'an old tram' })).toBeVisible();
    await expect(one).toContainText('7001');
    await expect(one).toContainText('6.5');
    await one.getByRole('group', { name: 'Use' }).getByRole('button', { name: 'Seed' }).click();
    await expect(album(page).getByText('The next picture will be drawn with the seed 7001.')).toBeVisible();
    await keyboard.press('Escape');
    await expect(cards(page).first()).toBeFocused();
    await search.fill('');
    await keyboard.press('Escape');
    await expect(album(page)).toBeHidden();
    await expect(page.getByRole('spinbutton', { name: 'Seed', exact: true })).toHaveValue('7001');
  });

  await test.step('all of its settings are drawn with, and it is in sight', async () => {
    await keyboard.press('a');
    await search.fill('lighthouse');
    await expect(cards(page)).toHaveCount(1);
    await cards(page).first().click();
    await button('All').click();
    await expect(album(page)).toBeHidden();
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('a lighthouse');
    await expect(page.getByRole('spinbutton', { name: 'Steps', exact: true })).toHaveValue('7');
    await expect(app.result).toBeVisible();
  });

  await test.step('two that are chosen are compared, from equally near', async () => {
    await keyboard.press('a');
    await search.fill('');
    await expect(cards(page)).toHaveCount(4);
    await cards(page).first().focus();
    await keyboard.press('Home');
    await keyboard.press('Space');
    await expect(button('Compare')).toBeDisabled();
    await keyboard.press('Shift+ArrowRight');
    await expect(album(page).getByText('2 selected')).toBeVisible();
    await button('Compare').click();
    const panes = ['First picture', 'Second picture'].map((name) => album(page).getByRole('group', { name }));
    await keyboard.press('+');
    const widths = await Promise.all(
      panes.map(async (pane) => [
        (await pane.boundingBox())!.width,
        (await pane.getByRole('img').boundingBox())!.width,
      ]),
    );
    for (const [pane = 0, picture = 0] of widths) expect(picture).toBeGreaterThan(0.7 * pane);
    await button('Slider').click();
    await album(page).getByRole('slider', { name: 'Line between the two pictures' }).fill('25');
    await keyboard.press('Escape');
    await expect(album(page).getByText('2 selected')).toBeVisible();
  });

  await test.step('all are exported as a ZIP, in their folders: the very bytes', async () => {
    await button('Move to a folder…').click();
    await album(page).getByRole('combobox', { name: 'Name of a folder' }).fill('Good ones');
    await keyboard.press('Enter');
    await expect(album(page).getByText('2 pictures are in “Good ones” now.')).toBeVisible();
    await expect(button(/^Good ones/)).toBeVisible();
    await cards(page).first().focus();
    await keyboard.press('Control+a');
    await expect(album(page).getByText('4 selected')).toBeVisible();
    const [download] = await Promise.all([page.waitForEvent('download'), button('Export as ZIP').click()]);
    expect(download.suggestedFilename()).toMatch(/^drobe-album-\d{4}-\d\d-\d\d\.zip$/);
    const files = unzipSync(await bytesOf(download));
    expect(Object.keys(files)).toHaveLength(4);
    expect(Object.keys(files).filter((name) => name.startsWith('Good ones/'))).toHaveLength(2);
    const all = Object.values(files).map((bytes) => Buffer.from(bytes).toString('base64'));
    expect(all.toSorted()).toEqual(
      Object.values(elsewhere)
        .map((bytes) => bytes.toString('base64'))
        .toSorted(),
    );
    await expect(album(page).getByText('4 pictures were exported.')).toBeVisible();
  });

  await test.step('by keys alone: one is deleted and brought back, then all are', async () => {
    await keyboard.press('Escape');
    await cards(page).first().focus();
    await keyboard.press('ArrowRight');
    const name = (await cards(page).nth(2).getAttribute('aria-label'))!;
    await keyboard.press('Delete');
    await expect(cards(page)).toHaveCount(3);
    await expect(album(page).getByRole('option', { name, exact: true })).toBeFocused();
    await keyboard.press('Control+z');
    await expect(cards(page)).toHaveCount(4);
    await button('Delete all pictures').click();
    await expect(album(page)).toContainText('No pictures yet');
    await expect(album(page).getByText('4 pictures were deleted.')).toBeVisible();
    await button('Undo').click();
    await expect(cards(page)).toHaveCount(4);
  });

  await test.step('they are exported to a folder and a file that the system gives, and on a phone chosen by a long press', async () => {
    // The browser's own folder stands for one on the disk.
    await page.evaluate(() => {
      const place = navigator.storage.getDirectory();
      Object.assign(globalThis, {
        showDirectoryPicker: async () => (await place).getDirectoryHandle('taken', { create: true }),
        showSaveFilePicker: async () => (await place).getFileHandle('taken.zip', { create: true }),
      });
    });
    await page.setViewportSize({ width: 390, height: 844 });
    const card = album(page).getByRole('option', { name: /^a blue house/ });
    // Cards are laid out anew on a narrow page: of one that goes there is no box.
    const box = await card.evaluate((one) => one.getBoundingClientRect());
    const touch = {
      pointerType: 'touch',
      isPrimary: true,
      clientX: box.x + 20,
      clientY: box.y + 20,
      bubbles: true,
    };
    await card.dispatchEvent('pointerdown', touch);
    await expect(album(page).getByText('1 selected')).toBeVisible();
    await card.dispatchEvent('pointerup', touch);
    await card.dispatchEvent('click');
    await expect(card).toHaveAttribute('aria-selected', 'true');

    const done = album(page).getByText('1 picture was exported.');
    await button('Export to a folder').click();
    await expect(done).toBeVisible();
    await album(page)
      .getByRole('status')
      .filter({ hasText: '1 picture was exported.' })
      .getByLabel('Dismiss')
      .click();
    await button('Export as ZIP').click();
    await expect(done).toBeVisible();
    const written = await page.evaluate(async () => {
      const place = await navigator.storage.getDirectory();
      const bytes = async (handle: FileSystemFileHandle): Promise<number[]> => [
        ...new Uint8Array(await (await handle.getFile()).arrayBuffer()),
      ];
      const folder: [string, number[]][] = [];
      for await (const handle of (await place.getDirectoryHandle('taken')).values())
        if (handle instanceof FileSystemFileHandle) folder.push([handle.name, await bytes(handle)]);
      return { folder, zip: await bytes(await place.getFileHandle('taken.zip')) };
    });
    expect(written.folder.map(([name]) => name)).toEqual(['the-house.png']);
    expect(Buffer.from(written.folder[0]![1])).toEqual(house);
    const zipped = unzipSync(Uint8Array.from(written.zip));
    expect(Buffer.from(zipped['the-house.png']!)).toEqual(house);
  });

  await page.evaluate('delete window.showSaveFilePicker');
  await page.setViewportSize({ width: 1280, height: 720 });
  await keyboard.press('Escape'); // none is chosen any more
  await button('Delete all pictures').click();
  await expect(album(page)).toContainText('No pictures yet');
  await keyboard.press('Escape');
  await expect(album(page)).toBeHidden();
}
