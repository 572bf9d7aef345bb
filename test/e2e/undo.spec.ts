/**
 * Nothing a person made is lost by one click, one key or one drop; and pictures that something shows through, and masks that are not what
 * they seem: what comes of them, and what is said. By real events, on one page.
 */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect, golden, test } from './app';
import { MaskCanvas } from './canvas';

const house = readFileSync(new URL('mini-sd/00.png', golden));

/** Of a square picture: of what the bundled model draws. */
const SIDE = 96;

/** A square, each pixel by its place. */
function square(side: number, of: (x: number, y: number) => readonly number[]): Buffer {
  const picture = new PNG({ width: side, height: side });
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) picture.data.set(of(x, y), 4 * (y * side + x));
  return PNG.sync.write(picture);
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

/** White on black. */
const maskFile = square(48, (_, y) => (y < 24 ? [255, 255, 255, 255] : [0, 0, 0, 255]));

const inMiddle = (x: number, y: number): boolean => x >= 32 && x < 64 && y >= 32 && y < 64;

/** Clear pixels have colours, too, which nobody sees. */
const cutOut = square(SIDE, (x, y) => [2 * x, 2 * y, 40, [255, 0, 128, 7][(x >> 3) % 4]!]);
const hole = file(
  'hole.png',
  square(SIDE, (x, y) => [0, 0, 0, inMiddle(x, y) ? 0 : 255]),
);

/** Beside the pictures that are kept lie as many as an older version kept, which made no cards of them. */
const fill = () =>
  new Promise<void>((done, failed) => {
    const open = indexedDB.open('drobe-drawer-1');
    open.onerror = failed;
    open.onsuccess = () => {
      const writing = open.result.transaction('drawer', 'readwrite');
      const store = writing.objectStore('drawer');
      const kept = store.getAll(IDBKeyRange.bound(['kept'], ['kept', []]));
      kept.onsuccess = () => {
        for (let place = kept.result.length; place < 40; place++)
          store.put(kept.result[0], ['picture', place]);
      };
      writing.oncomplete = () => done();
    };
  });

// One visit: what a page costs is its first picture.
test('pictures, masks, candidates, settings and words come back, and runs go on; clear parts stay clear, masks are read by what they show, and each file is told', async ({
  app,
  page,
}) => {
  await app.open();
  const canvas = new MaskCanvas(page);
  const question = page.getByRole('dialog', { name: 'What is this picture?' });
  const source = page.locator('.source .name');
  const undo = page.getByRole('button', { name: 'Undo', exact: true }).last();
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  await app.drop('house.png', house);
  await expect(source).toHaveText('house.png');
  await page.getByRole('slider', { name: 'Brush size' }).fill('14');
  await canvas.stroke([0.2, 0.2], [0.8, 0.8]);
  const painted = await canvas.mask();

  await test.step('a picture dropped on the canvas may be the mask; one stroke less is the way back', async () => {
    await app.drop('mask.png', maskFile);
    await expect(question).toBeVisible();
    await question.getByRole('button', { name: 'Use it as the mask' }).click();
    await expect(source).toHaveText('house.png');
    await expect.poll(async () => (await canvas.mask()).alpha[0]).toBe(255);
    expect((await canvas.mask()).alpha.at(-1)).toBe(0);
    await canvas.surface.focus();
    await page.keyboard.press('Control+z');
    expect(await canvas.mask()).toEqual(painted);
  });

  await test.step('or the next picture, and Ctrl+Z brings back the one before with every stroke', async () => {
    await app.drop('mask.png', maskFile);
    await question.getByRole('button', { name: 'Start from it' }).click();
    await expect(source).toHaveText('mask.png');
    await canvas.surface.focus();
    await page.keyboard.press('Control+z');
    await expect(source).toHaveText('house.png');
    expect(await canvas.mask()).toEqual(painted);
    await page.keyboard.press('Control+z');
    await expect(page.getByRole('button', { name: 'Clear mask' })).toBeDisabled();
    await page.keyboard.press('Control+y');
    expect(await canvas.mask()).toEqual(painted);
  });

  await test.step('Remove', async () => {
    await page.getByRole('button', { name: 'Remove picture' }).click();
    await expect(source).toBeHidden();
    await undo.click();
    await expect(source).toHaveText('house.png');
    expect(await canvas.mask()).toEqual(painted);
  });

  await test.step('another mode and back, and a reload', async () => {
    await page.getByRole('tab', { name: 'Text' }).click();
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    expect(await canvas.mask()).toEqual(painted);
    await page.keyboard.press('Shift+V');
    await page.keyboard.press('Shift+V');
    await page.reload(); // at once
    await app.ready();
    await expect(source).toHaveText('house.png');
    expect(await canvas.mask()).toEqual(painted);
  });

  await test.step('Accept and Discard', async () => {
    await app.fill({ prompt: 'penguin', steps: 2, guidance: 1 });
    await app.draw();
    const candidates = page.getByRole('toolbar', { name: 'Candidates' });
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(canvas.surface).toBeVisible();
    await expect(source).not.toHaveText('house.png');
    await page.keyboard.press('Control+z');
    await expect(source).toHaveText('house.png');
    expect(await canvas.mask()).toEqual(painted);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: /^Picture / }).click();
    await candidates.getByRole('button', { name: 'Discard' }).click();
    await expect(candidates).toBeHidden();
    await undo.click();
    await expect(candidates.getByRole('button', { name: 'Accept' })).toBeVisible();
  });

  await page.getByRole('tab', { name: 'Text' }).click();
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  await test.step('what is typed is not lost to a suggestion', async () => {
    await prompt.fill('');
    const typed = 'a house on a hill, in the evening, with smoke from its chimney';
    await prompt.pressSequentially(typed);
    const chips = page.getByRole('list', { name: 'Suggestions' });
    await chips.getByRole('button', { name: 'penguin' }).click();
    await expect(prompt).toHaveValue(`${typed}, penguin`);
    await page.keyboard.press('Control+z');
    await expect(prompt).toHaveValue(typed);
    await page.keyboard.press('Control+Shift+z');
    await prompt.press('End');
    await prompt.pressSequentially(' here');
    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z');
    await expect(prompt).toHaveValue(typed.replace('chimney', ''));
  });

  await test.step('a run that Esc stopped goes on', async () => {
    await app.fill({ prompt: 'penguin', steps: 6, seed: 5 });
    const inTheMiddle = await app.holdAfter(3);
    await prompt.press('Control+Enter');
    const letGo = await inTheMiddle();
    await page.keyboard.press('Escape');
    await letGo();
    await expect(page.getByText(/was stopped; \d+ of its steps (?:was|were) done/)).toBeVisible();
    const titled = app.titled(/^[3-6]\/6 · Drobė/);
    await page.getByRole('button', { name: 'Go on' }).click();
    await titled;
    await expect(app.progress).toBeHidden({ timeout: 200_000 });
    await expect(app.result).toBeVisible();
    await expect(page.getByText('was stopped')).toBeHidden();
  });

  await test.step('all pictures at once', async () => {
    await page.getByText('Models on this device').click();
    await page.getByRole('button', { name: 'Storage' }).click();
    const storage = page.getByRole('dialog', { name: 'Storage' });
    await storage.getByRole('button', { name: 'Delete all pictures' }).click();
    await expect(storage.getByText('None. What you draw')).toBeVisible();
    await storage.getByRole('button', { name: 'Undo' }).click();
    await storage.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('button', { name: /^Picture / })).toHaveCount(2);
  });

  await page.getByRole('tab', { name: 'Inpaint' }).click();
  const original = PNG.sync.read(cutOut);
  await test.step('outside of the mask every byte of a picture with clear parts is its own', async () => {
    await page.getByLabel('Source image').setInputFiles(file('cut-out.png', cutOut));
    await expect(page.getByText('Clear parts stay clear where nothing is masked')).toBeVisible();
    await page.getByLabel('Mask image').setInputFiles(hole);
    await expect(page.getByText('What is clear in hole.png will be drawn anew: 11 %')).toBeVisible();
    await page.getByRole('slider', { name: 'Mask blur' }).fill('0');
    await app.fill({ steps: 2 });
    const drawn = await app.draw();
    let [kept, opaque] = [0, 0];
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [from, to] = [4 * i, 4 * i + 4];
      if (inMiddle(i % SIDE, Math.floor(i / SIDE))) opaque += Number(drawn.data[from + 3] === 255);
      else kept += Number(drawn.data.subarray(from, to).equals(original.data.subarray(from, to)));
    }
    expect([kept, opaque]).toEqual([SIDE * SIDE - 32 * 32, 32 * 32]);
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();
  });

  for (const [name, of, told, share] of [
    ['ink.png', (x: number, y: number) => [0, 0, 0, inMiddle(x, y) ? 255 : 0], /painted in ink.png/, 11],
    ['photo.png', (x: number, y: number) => [2 * x, y, 90, 255], /bright in photo.png/, 26],
  ] as const) {
    await test.step(`${name} as a mask`, async () => {
      await page.getByLabel('Mask image').setInputFiles(file(name, square(SIDE, of)));
      await expect(page.getByText(told)).toContainText(`${share} % of the picture`);
      const { alpha } = await canvas.mask();
      const sum = alpha.reduce((all, a) => all + a, 0) / 255 / alpha.length;
      expect(Math.round(100 * sum)).toBe(share);
    });
  }

  await test.step('what came back is there after a reload, too; that the oldest picture makes room is told before', async () => {
    await page.evaluate(fill);
    await page.evaluate(() => localStorage.setItem('drobe.album.1', '40'));
    await page.reload();
    await app.ready();
    await expect(
      page.getByText('40 pictures are kept: the oldest makes room for the next one.'),
    ).toBeVisible();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download it' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/-penguin\.png$/);
  });

  await test.step('what was accepted and kept over the reload is as good as the file, and the oldest picture makes room', async () => {
    const pictures = page.getByRole('button', { name: /^Picture \d+:/ });
    const oldest = page.getByRole('button', { name: /^Picture 1:/ });
    await page.getByLabel('Mask image').setInputFiles(hole);
    const again = await app.draw();
    for (const i of [0, 8, 16, 24].map((x) => 4 * x))
      expect([...again.data.subarray(i, i + 4)]).toEqual([...original.data.subarray(i, i + 4)]);
    await page.getByRole('tab', { name: 'Text' }).click();
    await expect(oldest).toHaveCount(0);
    await expect(pictures).toHaveCount(40);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.reload();
    await expect(pictures).toHaveCount(40); // the newest of 41
    await expect(page.getByText('40 pictures are kept: the 2 oldest make room')).toBeVisible();
  });

  await test.step('an empty file is told to be empty', async () => {
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await page.getByLabel('Source image').setInputFiles(file('nothing.png', Buffer.alloc(0)));
    await expect(app.alert).toContainText('nothing.png is empty');
  });
});
