/** TAESD's decoder against diffusers, in both layouts. */
import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { taesdGraph } from '../../src/nets/taesd';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { bytes, data } from './drawing';
import { unzipped } from './nets-suite';
import { readTensors } from './read';
import { worstDifference } from './tensors';

ort.env.wasm.numThreads = 1;

it.each(['taesd_decoder', 'diffusion_pytorch_model'])(
  'decodes latents as diffusers does (%s)',
  async (name) => {
    const expected = readTensors(new URL('models/taesd/expected.safetensors', data));
    const tensor = (key: string) => expected.get(key)!; // a missing one fails the test by itself
    const file = await unzipped(await bytes(`models/taesd/${name}.safetensors.gzip`));
    const { tensors } = await readHeader(new Blob([file]));
    const machine = wasmMachine(new Sessions(ort));
    const latents = tensor('z');
    const [batch, , h, w] = latents.shape as [number, number, number, number];
    const net = await machine.sessions.open(
      taesdGraph(tensors, machine.target(), { batch, h, w }),
      { tensors, source: memorySource(file) },
      machine.openDevice,
    );
    const worst = worstDifference(await net.run({ latents }), tensor('decoded').data);
    await net.release();
    console.info(`${name}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-4);
  },
);
