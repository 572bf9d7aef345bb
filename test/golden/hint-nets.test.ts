/** Nets that make hints against transformers and PyTorch, for both backends' layouts. */
import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../src/errors';
import { hintNetGraph, hintNetIn } from '../../src/nets/hints/hint-net';
import { hintNetForm } from '../../src/nets/names/hint-net';
import { OpenHintNet, inspectHintNet } from '../../src/pipeline/hints/hint-net';
import { wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { hintNetCase } from './hint-net-case';
import { goldenBytes, listCases } from './root';
import { tuned } from './runtime';
import { inFloats, worstDifference } from './tensors';

const silent = (): undefined => undefined;
const plain = wasmMachine(new Sessions(tuned));
/** The CPU runs what is written for WebGPU, too, as long as nothing of WebGPU's own kernels is in it. */
const nhwc: Machine = { ...plain, target: () => ({ ...plain.target(), layout: 'nhwc' }) };

/** Tensors that stand in a file and that no net of this kind reads. */
const SPARE = /mask_token$|^neck\.fusion_stage\.layers\.0\.residual_layer1\./;

describe.each(listCases('hint-nets'))('%s', (name) => {
  const { net, hint, way, path, images, picture, made } = hintNetCase(name);

  async function open(machine: Machine): Promise<OpenHintNet> {
    const file = goldenBytes(path);
    const header = await headerOf(file);
    return new OpenHintNet({ name: path, header, source: memorySource(file) }, machine);
  }

  it('is recognised, and gives what PyTorch gives', async () => {
    const file = goldenBytes(path);
    const { tensors } = await headerOf(file);
    expect(hintNetIn(tensors)).toBe(net);
    const form = hintNetForm(tensors);
    for (const [image, output] of images)
      for (const [layout, machine] of Object.entries({ nchw: plain, nhwc })) {
        const used = new Set<string>();
        const [, , h, w] = image.shape as [number, number, number, number];
        const graph = hintNetGraph(net, form, machine.target(), { h, w, ...way }, used);
        expect([...form.keys()].filter((key) => !used.has(key) && !SPARE.test(key))).toEqual([]);
        const weights = { tensors: form, source: memorySource(file) };
        const opened = await machine.sessions.open(graph, weights, machine.openDevice);
        const worst = worstDifference(await opened.run({ image: inFloats(image) }), output.data);
        await opened.release();
        console.info(`${name}, ${w} × ${h}, ${layout}: worst relative difference ${worst.toExponential(1)}`);
        expect(worst).toBeLessThan(1e-3);
      }
  });

  it('of a picture it makes the hint that others make, to 1 of 255', async () => {
    const opened = await open(plain);
    const { width, height, rgba } = await opened.make(hint, picture, silent);
    await opened.release();
    expect([height, width]).toEqual(made.shape);
    const worst = Math.max(...Array.from(made.data, (grey, i) => Math.abs(grey - rgba[4 * i]!))); // as many
    console.info(`${name}: ${worst} of 255`);
    expect(worst).toBeLessThanOrEqual(1);
    expect(rgba.every((byte, i) => byte === (i % 4 === 3 ? 255 : rgba[i - (i % 4)]))).toBe(true);
  });

  it('makes hints of a single pixel and of a line of them, and where memory is small', async () => {
    const small = await open({ ...plain, limits: { ...plain.limits, tensor: 2 ** 16 } });
    for (const [width, height] of [
      [1, 1],
      [150, 2],
      [picture.width, picture.height],
    ] as const) {
      const shown = { width, height, rgba: picture.rgba.slice(0, 4 * width * height) };
      expect(await small.make(hint, shown, silent)).toMatchObject({ width, height });
    }
    await small.release();
  });

  it('is refused where a weight is missing or has another shape, and that weight is named', async () => {
    const { tensors } = await headerOf(goldenBytes(path));
    const [key, weight] = [...tensors].find(([name]) => /(?:fc1|block\.5|convs\.1)\.weight$/.test(name))!; // each has one
    const without = new Map(tensors);
    without.delete(key);
    expect(() => inspectHintNet(without)).toThrow(DrobeError);
    expect(() => inspectHintNet(without)).toThrow('missing-weight');
    const bent = new Map(tensors).set(key, { ...weight, shape: [...weight.shape].with(1, 3) });
    expect(() => inspectHintNet(bent)).toThrow('bad-weight');
  });
});
