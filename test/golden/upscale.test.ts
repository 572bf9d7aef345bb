/** Upscalers against PyTorch, in all namings and for both backends' layouts. */
import { describe, expect, it } from 'vitest';
import { upscalerForm } from '../../src/nets/names/upscaler';
import { upscalerGraph, upscalerIn } from '../../src/nets/upscalers/upscaler';
import { wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { goldenBytes, goldenTensors, listCases } from './root';
import { tuned } from './runtime';
import { inFloats, worstDifference } from './tensors';
import { upscaleCase } from './upscale-case';

const plain = wasmMachine(new Sessions(tuned));
/** The CPU runs what is written for WebGPU, too, as long as nothing of WebGPU's own kernels is in it. */
const nhwc: Machine = { ...plain, target: () => ({ ...plain.target(), layout: 'nhwc' }) };

describe.each(listCases('upscale'))('%s', (name) => {
  const { files, scale } = upscaleCase(name);
  const tensor = goldenTensors(`upscale/${name}/expected.safetensors`);

  it.each(Object.entries(files))('is recognised and enlarges as PyTorch does (%s)', async (_, path) => {
    const file = goldenBytes(path);
    const { tensors } = await headerOf(file);
    const upscaler = upscalerIn(tensors);
    expect(upscaler).toMatchObject({ scale });
    const form = upscalerForm(tensors);
    const image = inFloats(tensor('image'));
    const [, , h, w] = image.shape as [number, number, number, number];
    for (const [layout, machine] of Object.entries({ nchw: plain, nhwc })) {
      const used = new Set<string>();
      const graph = upscalerGraph(upscaler!, form, machine.target(), { h, w }, used);
      expect([...form.keys()].filter((key) => !used.has(key) && !/^conv_w|weight_[hv]$/.test(key))).toEqual(
        [],
      );
      const weights = { tensors: form, source: memorySource(file) };
      const net = await machine.sessions.open(graph, weights, machine.openDevice);
      const worst = worstDifference(await net.run({ image }), tensor('output').data);
      await net.release();
      console.info(`${path}, ${layout}: worst relative difference ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-3);
    }
  });
});
