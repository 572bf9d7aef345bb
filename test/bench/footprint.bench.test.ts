/** What nets of the bundled model are expected to need on the device, beside what they take. Prints. `npm run bench` */
import { expect, it } from 'vitest';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { inspect } from '../../src/pipeline/files/inspect';
import { bytesOf } from '../../src/nets/memory';
import { findMachine, type Machine } from '../../src/runtime/device';
import { loadOrt } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { limitGpuBytes, peakBytes } from '../gpu-bytes';

/** In latents, of 8 pixels each. */
const sizes = [
  { h: 12, w: 12 },
  { h: 24, w: 24 },
  { h: 48, w: 48 },
];

it('expected and measured memory', async () => {
  limitGpuBytes();
  const sessions = new Sessions(await loadOrt());
  const found = await findMachine(sessions, 'webgpu');
  expect(found.backend).toBe('webgpu');
  let expected = 0;
  const open: typeof sessions.open = (graph, ...rest) => {
    expected = bytesOf(graph);
    peakBytes();
    return sessions.open(graph, ...rest);
  };
  const machine: Machine = {
    ...found,
    sessions: Object.assign(Object.create(sessions) as Sessions, { open }),
  };
  const file = new Uint8Array(await (await fetch('/models/mini-sd.safetensors')).arrayBuffer());
  const header = await readHeader(new Blob([file]));
  const { model, tensors } = inspect(header);
  const weights = { tensors, source: memorySource(file) };
  const measure = async (what: string, run: (checkpoint: Checkpoint) => Promise<unknown>): Promise<void> => {
    const checkpoint = new Checkpoint(model, weights, machine);
    await run(checkpoint);
    const taken = peakBytes();
    await checkpoint.release();
    const ratio = (taken / expected).toFixed(2);
    console.info(
      `${what}: expected ${(expected / 1e6).toFixed(1)} MB, taken ${(taken / 1e6).toFixed(1)} MB = ${ratio}`,
    );
  };
  const ignored = (): void => undefined;
  const { denoiser, vae } = model;
  for (const size of sizes) {
    const { h, w } = size;
    const latents = new Float32Array(vae.latentChannels * h * w);
    const batch = 2;
    const value = (shape: number[]) => ({
      data: new Float32Array(shape.reduce((product, side) => product * side, 1)),
      shape,
    });
    await measure(`UNet, ${h}×${w}`, (checkpoint) =>
      checkpoint.predict(
        {
          latents: value([batch, vae.latentChannels, h, w]),
          timestep: value([batch, denoiser.modelChannels]),
          context: value([batch, model.texts[0].length, denoiser.contextWidth]),
        },
        ignored,
      ),
    );
    await measure(`VAE decoder, ${h}×${w}`, (checkpoint) => checkpoint.decode(latents, size, ignored));
  }
});
