/** Models on a graphics card that runs out of memory. */
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Job, Picture, Progress } from '../../src/engine/api';
import { startEngine } from '../../src/engine/client';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { generate } from '../../src/pipeline/generate';
import { inspect } from '../../src/pipeline/files/inspect';
import type { MemorySavings } from '../../src/pipeline/job';
import { noSavings } from '../../src/pipeline/memory/savings';
import { findMachine, wasmMachine, type Machine } from '../../src/runtime/device';
import { loadOrt } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import { loadTokenizer } from '../../src/text/tokenizer';
import type { Tokenizer } from '../../src/text/windows';
import { runWithRetries, LearntSavings } from '../../src/ui/run/run';
import { en } from '../../src/ui/words/en';
import { readHeader, type Header } from '../../src/weights/safetensors';
import { segmentsOf } from '../../src/weights/segments';
import { memorySource } from '../../src/weights/source';
import { removeStored, store } from '../../src/weights/store/store';
import { withFewBlocks, withThinVae } from '../fewer-blocks';
import { unzipped } from '../golden/nets-suite';
import { jobWith } from '../job';
import { pictureDifference } from '../golden/tensors';
import { viewsOf, written } from '../safetensors';
import { bytesInUse, giveBuffers, limitGpuBytes, refuseBuffers } from '../gpu-bytes';

let machines: { webgpu: Machine; wasm: Machine };
let tokenizer: Tokenizer;
let file: Uint8Array<ArrayBuffer>;
let idleBytes: number;
beforeAll(async () => {
  limitGpuBytes();
  const sessions = new Sessions(await loadOrt());
  machines = { webgpu: await findMachine(sessions, 'webgpu'), wasm: wasmMachine(sessions) };
  tokenizer = await loadTokenizer(new URL('/', location.href).href);
  const packed = await fetch('/test/golden/data/models/sd1/model.safetensors.gzip');
  file = await unzipped(new Uint8Array(await packed.arrayBuffer()));
  idleBytes = bytesInUse();
});

const job: Job = {
  ...jobWith({ prompt: 'red apple', width: 64, height: 48, guidance: 5, sampler: 'DDIM', seed: 7 }),
  model: 'mini-sd',
  backend: 'webgpu',
};

/** Enough to load the model's UNet, which takes 4.5 MB of weights; too little for it beside the other nets. */
const LITTLE_BYTES = 7e6;

/** Of few blocks: shaders take the most time by far. */
const smallHeader = async (): Promise<Header> =>
  withThinVae(withFewBlocks(await readHeader(new Blob([file]))), 1);

async function checkpointOn(machine: Machine): Promise<Checkpoint> {
  const { model, tensors } = inspect(await smallHeader());
  const recommended = { ...model.recommended, width: 64, height: 64 }; // by which tiles are chosen
  return new Checkpoint({ ...model, recommended }, { tensors, source: memorySource(file) }, machine);
}

/** Draws as the app does, but in one worker: `told` hears of all that happens. */
async function draw(checkpoint: Checkpoint, wish: Job, told: (progress: Progress) => void): Promise<Picture> {
  const run = runWithRetries(wish, new LearntSavings(), async function* (next) {
    const pulled = generate(next, { checkpoint, tokenizer, report: told });
    for (;;) {
      const { done, value } = await pulled.next();
      if (done) return { ...value, job: wish };
      told(value);
      yield value;
    }
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
}

it('a card that refuses memory again and again still gives the picture, with one thing less at a time', async () => {
  expect(machines.webgpu.backend).toBe('webgpu');
  const checkpoint = await checkpointOn(machines.webgpu);
  const tried: MemorySavings[] = [];
  let leftBytes = 0;
  const picture = await draw(checkpoint, job, (progress) => {
    const { single, tile } = tried.at(-1) ?? { single: false, tile: null };
    if (progress.kind === 'short-of-memory') {
      tried.push(progress.savings);
      leftBytes = bytesInUse();
      giveBuffers();
    }
    // While weights are loaded, and when a net runs.
    if (progress.kind === 'reading' && progress.net === 'UNet' && !single) refuseBuffers();
    if (progress.kind === 'compiling' && progress.net === 'VAE decoder' && tile === null) refuseBuffers();
  });
  expect(tried).toEqual([
    { ...noSavings, apart: true },
    { ...noSavings, apart: true, single: true },
    { ...noSavings, apart: true, single: true, tile: 6 },
  ]);
  // The last time a net failed it was alone, and nothing is left of it.
  expect(leftBytes).toBe(idleBytes);
  await checkpoint.release();
  expect(bytesInUse()).toBe(idleBytes);

  const onCpu = await checkpointOn(machines.wasm);
  const same = await draw(onCpu, { ...job, savings: tried.at(-1)! }, () => undefined); // there are three
  const { mean, worst } = pictureDifference(picture.rgba, Uint8Array.from(same.rgba));
  console.info(`short of memory, against the CPU: mean difference ${mean.toFixed(3)}, worst ${worst} of 255`);
  expect(worst).toBeLessThanOrEqual(2);
  const whole = await draw(onCpu, job, () => undefined);
  const seams = pictureDifference(picture.rgba, Uint8Array.from(whole.rgba));
  console.info(
    `tiles against the whole: mean difference ${seams.mean.toFixed(2)}, worst ${seams.worst} of 255`,
  );
  expect(seams.mean).toBeGreaterThan(0); // there are tiles
  expect(seams.mean).toBeLessThan(8);
});

it('where there is none at all it says how much is needed, and for what', async () => {
  const checkpoint = await checkpointOn(machines.webgpu);
  refuseBuffers();
  const failure = await draw(checkpoint, job, () => undefined).catch((error: unknown) => error);
  giveBuffers();
  expect(failure).toMatchObject({ code: 'out-of-memory', facts: { stage: 'text encoder' } });
  expect(en.problems.sentence(failure as Parameters<typeof en.problems.sentence>[0])).toMatch(
    /not enough memory for the text encoder, which needs at least [\d.]+ MB/,
  );
  expect(bytesInUse()).toBe(idleBytes);
});

async function stored(model: Blob): Promise<string> {
  const pieces = segmentsOf(await readHeader(model));
  const run = store(model, pieces, { file: 'small.safetensors', extra: {} }, new AbortController().signal);
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.id;
  }
}

it('an engine that ran out of memory is started again, and does with less', async () => {
  let started = 0;
  const engine = startEngine(undefined, {
    engine: () => {
      started++;
      const name = String(LITTLE_BYTES);
      return new Worker(new URL('./short-worker.ts', import.meta.url), { type: 'module', name });
    },
  });
  const learnt = new LearntSavings();
  const model = await stored(written(viewsOf(file, await smallHeader())));
  onTestFinished(() => removeStored(model));
  const wish = { ...job, model };
  const run = runWithRetries(wish, learnt, (next) => engine.generate(new AbortController().signal, next));
  const notices: Progress[] = [];
  for await (const progress of run) {
    if (progress.kind === 'notice') notices.push(progress);
    // The UNet is loaded, which it was not before; what it draws is proved above.
    if (progress.kind === 'compiling' && progress.net === 'UNet') break;
  }
  expect(started).toBe(2);
  expect(learnt.of(wish)).toEqual({ ...noSavings, apart: true });
  expect(notices).toEqual([{ kind: 'notice', notice: { code: 'saving-memory', by: 'apart' } }]);
});
