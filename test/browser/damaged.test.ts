/** On WebGPU, as on the CPU: a weight that is no number ends the run, and nothing after it. */
import { expect, it } from 'vitest';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { inspect } from '../../src/pipeline/files/inspect';
import { findMachine } from '../../src/runtime/device';
import { loadOrt } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { withThinVae } from '../fewer-blocks';

it('the decoder of a damaged checkpoint names its weight; that of a sound one opens in the same worker', async () => {
  const machine = await findMachine(new Sessions(await loadOrt()), 'webgpu');
  expect(machine.backend).toBe('webgpu');
  const sound = new Uint8Array(await (await fetch('/models/mini-sd.safetensors')).arrayBuffer());
  const header = withThinVae(await readHeader(new Blob([sound])), 0);
  const key = 'first_stage_model.decoder.conv_out.weight';
  const damaged = sound.slice();
  damaged.fill(0xff, header.tensors.get(key)!.end - 8, header.tensors.get(key)!.end);
  const decoded = async (file: Uint8Array<ArrayBuffer>) => {
    const { model, tensors } = inspect(header);
    const checkpoint = new Checkpoint(model, { tensors, source: memorySource(file) }, machine);
    try {
      return await checkpoint.decode(new Float32Array(4 * 4), { h: 2, w: 2 }, () => undefined);
    } finally {
      await checkpoint.release();
    }
  };
  await expect(decoded(damaged)).rejects.toMatchObject({ code: 'weight-not-a-number', facts: { key } });
  expect((await decoded(sound)).every(Number.isFinite)).toBe(true);
});
