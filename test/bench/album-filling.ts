/** Fills an album with many pictures, without drawing them. */
import type { Page } from 'playwright/test';

/**
 * Copies the newest picture of the album so many times, each copy with a file and a thumbnail of its own, some days older than
 * the one before, with prompts, stars and folders that differ. The page must be loaded again to show them.
 */
export const fillAlbum = (page: Page, pictures: number): Promise<void> =>
  page.evaluate(async (count) => {
    const FIRST = 1_000_000;
    const opened = await new Promise<IDBDatabase>((done, failed) => {
      const asked = indexedDB.open('drobe-drawer-1');
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error ?? new Error('no album'));
    });
    const read = <T>(key: IDBValidKey): Promise<T> =>
      new Promise((done) => {
        const asked = opened.transaction('drawer').objectStore('drawer').get(key);
        asked.onsuccess = () => done(asked.result as T);
      });
    interface Card {
      readonly place: number;
      readonly made: number;
      readonly seed: string;
    }
    const card = await read<Card>(['card', FIRST]);
    const kept = await read<{ itself: { blob: Blob }; job: object }>(['kept', FIRST]);
    const bytes = await kept.itself.blob.arrayBuffer();
    const subjects = [
      'a red apple',
      'a lighthouse in fog',
      'a fox under birches',
      'a bowl of cherries',
      'an old tram',
    ];

    const canvas = new OffscreenCanvas(256, 256);
    const context = canvas.getContext('2d')!; // Chromium has one
    for (let from = 1; from < count; from += 250) {
      const made: [Blob, number][] = [];
      for (let i = from; i < Math.min(from + 250, count); i++) {
        const ground = context.createLinearGradient(0, 0, 256, 256);
        ground.addColorStop(0, `hsl(${(i * 47) % 360} 55% 62%)`);
        ground.addColorStop(1, `hsl(${(i * 47 + 70) % 360} 50% 30%)`);
        context.fillStyle = ground;
        context.fillRect(0, 0, 256, 256);
        context.fillStyle = `hsl(${(i * 91) % 360} 70% 72%)`;
        context.beginPath();
        context.arc(60 + ((i * 37) % 140), 60 + ((i * 53) % 140), 20 + (i % 50), 0, 7);
        context.fill();
        made.push([await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 }), i]);
      }
      const work = opened.transaction('drawer', 'readwrite');
      const store = work.objectStore('drawer');
      for (const [thumbnail, i] of made) {
        const place = FIRST + i;
        const title = `${subjects[i % subjects.length]}, number ${i}`;
        const folder = i % 7 === 0 ? 'Landscapes' : i % 11 === 0 ? 'For the calendar' : '';
        const age = (count - i) * 2 * 3_600_000;
        const facts = {
          place,
          title,
          folder,
          made: card.made - age,
          seed: String(i),
          stars: i % 9 === 0 ? 1 + (i % 5) : 0,
        };
        store.put({ ...card, ...facts, hash: null }, ['card', place]);
        const itself = { ...kept.itself, blob: new Blob([bytes], { type: 'image/png' }) };
        store.put({ ...kept, itself, job: { ...kept.job, prompt: title, seed: BigInt(i) } }, ['kept', place]);
        store.put(thumbnail, ['thumbnail', place]);
      }
      await new Promise((done) => (work.oncomplete = done));
    }
    opened.close();
  }, pictures);
