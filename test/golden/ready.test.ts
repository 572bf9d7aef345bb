/** A checkpoint that was got ready draws the same picture, and opens nothing for it. */
import { expect, it } from 'vitest';
import type { NetName, Progress } from '../../src/pipeline/job';
import { getReady } from '../../src/pipeline/ready';
import { jobWith } from '../job';
import { bundled, draw, openCheckpoint, servedTokenizer } from './drawing';

const job = jobWith({ prompt: 'red apple', width: 48, height: 48, steps: 2, guidance: 3, seed: 1 });

/** What each call reads, and a way to break off as soon as a net is open. */
async function open() {
  const tokenizer = await servedTokenizer();
  const checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
  const ready = async (stopAfter?: NetName): Promise<NetName[]> => {
    const stop = new AbortController();
    const read: NetName[] = [];
    const report = (progress: Progress): void => {
      if (progress.kind !== 'compiling') return;
      read.push(progress.net);
      if (progress.net === stopAfter) stop.abort();
    };
    await getReady(job, { checkpoint, tokenizer, report }, stop.signal).catch((error: unknown) => {
      if (!stopAfter) throw error;
    });
    return read;
  };
  const drawn = async () => {
    const { picture, told } = await draw(checkpoint, tokenizer, job);
    const read = told.flatMap((progress) => (progress.kind === 'compiling' ? progress.net : []));
    return { rgba: picture.rgba, read };
  };
  return { ready, drawn };
}

it('opens every net beforehand, and the picture is the same', async () => {
  const nets = ['text encoder', 'text attention', 'UNet', 'VAE decoder'];
  const fresh = await (await open()).drawn();
  expect(fresh.read).toEqual(nets);
  const { ready, drawn } = await open();
  expect(await ready()).toEqual(nets);
  const { rgba, read } = await drawn();
  expect(read).toEqual([]);
  expect(rgba).toEqual(fresh.rgba);
});

it('stops between two nets, and the picture goes on from there', async () => {
  const { ready, drawn } = await open();
  expect(await ready('text encoder')).toEqual(['text encoder']);
  expect((await drawn()).read).toEqual(['text attention', 'UNet', 'VAE decoder']);
});
