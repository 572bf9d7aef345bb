/** The nets of Stable Diffusion 3 in every layout that its files come in. */
import { beforeAll, describe, expect, it } from 'vitest';
import { mmditGraph } from '../../src/nets/mmdit-graphs';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import { tensorsOf, writtenBytes } from '../safetensors';
import { embeddings } from './net-cases';
import { golden, goldenBytes, goldenJson, hasGolden, listCases, modelsWith } from './root';
import { tuned } from './runtime';
import { LAYOUTS, SD3Nets } from './sd3-cases';
import { likeDiffusers } from './sd3-diffusers';
import { worstDifference } from './tensors';

const machine = wasmMachine(new Sessions(tuned));

for (const name of modelsWith(/^mmdit/)) {
  const at = `models/${name}`;
  const isThere = (file: string): boolean => hasGolden(`${at}/${file}.safetensors`);
  const layouts = LAYOUTS.filter(({ file, beside }) => [file, ...Object.values(beside)].every(isThere));
  const tests = listCases(`${at}/cases`, (test) => /^(?:mmdit|text|vae)/.test(test));

  describe.each(layouts)(`${name}: $file`, ({ file, beside }) => {
    let nets: SD3Nets;
    beforeAll(async () => {
      const bytes = (part: string): Uint8Array<ArrayBuffer> => goldenBytes(`${at}/${part}.safetensors`);
      const others = Object.entries(beside).map(([part, of]) => [part, bytes(of)] as const);
      nets = await SD3Nets.open(machine, bytes(file), Object.fromEntries(others));
    });

    it('is whole', () => {
      expect(nets.lacks).toEqual([]);
      expect(nets.model).toMatchObject({ prediction: 'flow', noise: { kind: 'flow', shift: 3 } });
    });

    const expectSame = async (test: string): Promise<void> => {
      for (const { what, worst } of await nets.compare(golden, name, test)) {
        console.info(`${name} ${file} ${test} ${what}: worst relative difference ${worst.toExponential(1)}`);
        expect(worst).toBeLessThan(1e-3);
      }
    };
    const cases = (net: string): string[] => tests.filter((test) => test.startsWith(net));

    it.each(cases('mmdit'))('predicts as diffusers does (%s)', expectSame);
    it.each(cases('text'))('encodes text as transformers does (%s)', expectSame);
    it.each(cases('vae'))('decodes and encodes as diffusers does (%s)', expectSame);
  });
}

describe.each(modelsWith(/^mmdit/))('%s in the names of diffusers', (name) => {
  const at = `models/${name}`;
  const file = LAYOUTS.map((layout) => `${at}/${layout.file}.safetensors`).find(hasGolden);

  it.runIf(file)('has scale before shift where diffusers has, and predicts the same', async () => {
    const tensors = await tensorsOf(goldenBytes(file!));
    const theirs = likeDiffusers(tensors);
    expect([...theirs.keys()].some((key) => key.includes('joint_blocks'))).toBe(false);
    const nets = await SD3Nets.open(machine, writtenBytes(theirs));
    const [test] = listCases(`${at}/cases`, (one) => /^mmdit/.test(one) && hasContext(`${at}/cases/${one}`));
    for (const { what, worst } of await nets.compare(golden, name, test!)) {
      console.info(
        `${name} in diffusers' names, ${test} ${what}: worst relative difference ${worst.toExponential(1)}`,
      );
      expect(worst).toBeLessThan(1e-3);
    }
  });
});

describe.each(modelsWith(/^mmdit/))('%s', (name) => {
  const file = LAYOUTS.map((layout) => `models/${name}/${layout.file}.safetensors`).find(hasGolden);
  const wave = (...shape: number[]): Value => ({
    data: Float32Array.from({ length: shape.reduce((n, d) => n * d) }, (_, i) => Math.sin(i * 12.9898 + 4.1)),
    shape,
  });
  const inputs = (batch: number, h: number, w: number, { denoiser }: SD3Nets['model']) => ({
    latents: wave(batch, denoiser.inChannels, h, w),
    timestep: embeddings(500, batch, denoiser.modelChannels),
    context: wave(batch, 7, denoiser.contextWidth),
    label: wave(batch, denoiser.labelWidth!), // an MMDiT has one
  });

  it.runIf(file)(
    'goes without blocks as if they were not there, each member of a batch without its own',
    async () => {
      const nets = await SD3Nets.open(machine, goldenBytes(file!));
      const { model, weights } = nets;
      const size = { batch: 2, h: 4, w: 6, tokens: 7 };
      const values = inputs(2, 4, 6, model);
      const checkpoint = { model, tensors: weights.tensors };
      const blocks = [...weights.tensors.keys()].filter((key) =>
        /x_block\.mlp\.fc1\.weight$/.test(key),
      ).length;
      const keep = {
        data: Float32Array.from({ length: 2 * blocks }, (_, i) => Number(i !== blocks)),
        shape: [2, blocks],
      };
      const graph = mmditGraph(checkpoint, nets.target, { ...size, skips: true });
      const [skipped] = (await nets.run(graph, { ...values, keep })) as [Float32Array];
      const [all] = (await nets.run(mmditGraph(checkpoint, nets.target, size), values)) as [Float32Array];
      const fewer = new Map([...weights.tensors].filter(([key]) => !key.startsWith('mmdit.joint_blocks.0.')));
      const [without] = (await nets.run(
        mmditGraph({ model, tensors: fewer }, nets.target, size),
        values,
      )) as [Float32Array];
      const half = all.length / 2;
      expect(worstDifference(skipped.subarray(0, half), all.subarray(0, half))).toBeLessThan(1e-5);
      expect(worstDifference(skipped.subarray(half), without.subarray(half))).toBeLessThan(1e-5);
      expect(worstDifference(all.subarray(half), without.subarray(half))).toBeGreaterThan(1e-2);
    },
  );

  it.runIf(file)('of an odd number of rows or columns sees the first once more behind the last', async () => {
    const nets = await SD3Nets.open(machine, goldenBytes(file!));
    const { model, weights } = nets;
    const values = inputs(1, 3, 5, model);
    const channels = model.denoiser.inChannels;
    const longer = new Float32Array(channels * 4 * 6).map((_, i) => {
      const [c, y, x] = [Math.floor(i / 24), Math.floor(i / 6) % 4, i % 6];
      return values.latents.data[(c * 3 + (y % 3)) * 5 + (x % 5)]!; // in the picture
    });
    const authored = (h: number, w: number) =>
      mmditGraph({ model, tensors: weights.tensors }, nets.target, { batch: 1, h, w, tokens: 7 });
    const [odd] = (await nets.run(authored(3, 5), values)) as [Float32Array];
    const latents = { data: longer, shape: [1, channels, 4, 6] };
    const [even] = (await nets.run(authored(4, 6), { ...values, latents })) as [Float32Array];
    const inside = even.filter((_, i) => i % 6 < 5 && Math.floor(i / 6) % 4 < 3);
    expect(worstDifference(odd, inside)).toBeLessThan(1e-6);
  });
});

const hasContext = (at: string): boolean =>
  'encoder_hidden_states' in (goldenJson(`${at}/case.json`) as Facts).tensors;

interface Facts {
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}
