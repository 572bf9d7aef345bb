import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenFile } from '../../src/pipeline/memory/opening';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { GoldenGuide, worst, type ForwardCase } from './control-cases';
import { guideFiles } from './control-files';
import { changed, made, type MadeFacts } from './control-made';
import { openCheckpoint } from './drawing';
import { embeddings, label } from './net-cases';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, present } from './root';
import { headerOf, tensorsOf, writtenBytes, type StoredTensor } from '../safetensors';
import { tuned } from './runtime';
import { inFloats } from './tensors';

const machine = wasmMachine(new Sessions(tuned));

async function expectSame(guide: GoldenGuide, name: string, at: string): Promise<void> {
  const facts = goldenJson(`${at}/case.json`) as ForwardCase;
  const differences = await guide.compare(facts, goldenTensors(`${at}/expected.safetensors`));
  for (const { what, worst, allowed } of differences) {
    console.info(`${name} ${what}: ${worst.toExponential(1)} of ${allowed.toExponential(1)}`);
    expect(worst).toBeLessThan(allowed);
  }
}

for (const { name, layout, file, base, cases } of guideFiles()) {
  describe(`${name}, ${layout} layout`, () => {
    let guide: GoldenGuide;
    beforeAll(async () => {
      guide = await GoldenGuide.of(machine, goldenBytes(file), goldenBytes(base));
    });

    it.each(cases)('guides a UNet as diffusers does (%s)', (at) => expectSame(guide, at, at));
  });
}

describe('a net of another build guides as its formulas say', () => {
  const cases = listCases('control-made');
  it.each(cases)('%s', async (name) => {
    const at = `control-made/${name}`;
    const facts = goldenJson(`${at}/case.json`) as MadeFacts;
    const base = goldenBytes(facts.base_model);
    await expectSame(await GoldenGuide.of(machine, await made(facts, base), base), name, at);
  });
});

const UNION = 'control-made/controlnet-union';
it.skipIf(!hasGolden(`${UNION}/case.json`))(
  'a net is told by a checkpoint which kind of hint it sees',
  async () => {
    const facts = goldenJson(`${UNION}/case.json`) as MadeFacts & ForwardCase;
    const tensor = goldenTensors(`${UNION}/expected.safetensors`);
    const base = goldenBytes(facts.base_model);
    const file = await made(facts, base);
    const { controls, model } = await openCheckpoint(base, { runtime: tuned });
    const header = await headerOf(file);
    await controls.use(['union'], () =>
      Promise.resolve({ name: 'union', header, source: memorySource(file) }),
    );
    const net = controls.of('union');
    if (net.kind !== 'ControlNet') throw new Error('it is a ControlNet');
    const values = {
      latents: inFloats(tensor('sample')),
      context: inFloats(tensor('encoder_hidden_states')),
      timestep: embeddings(facts.timestep, 1, model.denoiser.modelChannels),
      label: label(tensor, model.denoiser.labelWidth!), // an SDXL's
    };
    const scale = { data: new Float32Array(10).fill(facts.scales![0]!), shape: [1, 10] };
    const hint = inFloats(tensor('cond.0')).data;
    const told = async (kind: string): Promise<Float32Array> =>
      (await controls.residuals(net, values, scale, hint, kind, () => undefined)).slice(0, 64 * 64);
    const expected = tensor('down.0').data;
    const allowed = facts.tolerance['down.0']!.suggested_atol;
    expect(worst(await told('canny/lineart/anime_lineart/mlsd'), expected)).toBeLessThan(allowed);
    expect(worst(await told('depth'), expected)).toBeGreaterThan(allowed);
  },
);

it.skipIf(!hasGolden('control-made/controlnet-sd2/case.json'))(
  'what a levelled ControlNet gives is the mean of what it gives',
  async () => {
    const at = 'control-made/controlnet-sd2';
    const facts = goldenJson(`${at}/case.json`) as MadeFacts & ForwardCase;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const base = goldenBytes(facts.base_model);
    const guide = await GoldenGuide.of(machine, await made(facts, base), base);
    const { maps } = await guide.answer(facts, tensor, true);
    for (const { name, numbers } of maps) {
      const { data, shape } = inFloats(tensor(name));
      const pixels = shape[2]! * shape[3]!; // it is a feature map
      const means = data.map((_, i) => {
        const first = i - (i % pixels);
        return data.subarray(first, first + pixels).reduce((sum, x) => sum + x, 0) / pixels;
      });
      expect(worst(numbers, means)).toBeLessThan(facts.tolerance[name]!.suggested_atol);
    }
  },
);

async function opened(name: string, file: Uint8Array<ArrayBuffer>): Promise<OpenFile> {
  return { name, header: await headerOf(file), source: memorySource(file) };
}

const floats = (shape: readonly number[], { buffer }: Float32Array<ArrayBuffer>): StoredTensor => ({
  ...{ dtype: 'F32', shape },
  bytes: new Uint8Array(buffer),
});

describe('a ControlNet that comes as changes to a UNet is the ControlNet that it was made from', () => {
  const at = 'control-made/controlnet-sd2';
  if (!present(`${at}/case.json`)) return;
  const facts = goldenJson(`${at}/case.json`) as MadeFacts & ForwardCase;
  const base = goldenBytes(facts.base_model);
  const residualsOf = async (file: Uint8Array<ArrayBuffer>): Promise<Float32Array> => {
    const guide = await GoldenGuide.of(machine, file, base);
    const { values } = await guide.answer(facts, goldenTensors(`${at}/expected.safetensors`));
    return values['residuals']!.data; // a ControlNet gives them
  };

  it.each(['difference', 'Control-LoRA'] as const)('%s', async (kind) => {
    const { whole, changes } = await changed(facts, base, kind);
    const [expected, actual] = [await residualsOf(whole), await residualsOf(changes)];
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const difference = worst(actual, expected) / largest;
    console.info(`${kind}: worst relative difference ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(1e-5);
  });
});

it.skipIf(!hasGolden('control-made/controlnet-sd2/case.json'))(
  'what a Control-LoRA borrows is the model’s weights as LoRAs changed them',
  async () => {
    const at = 'control-made/controlnet-sd2';
    const facts = goldenJson(`${at}/case.json`) as MadeFacts & ForwardCase;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const base = goldenBytes(facts.base_model);
    const { whole, changes } = await changed(facts, base, 'Control-LoRA');
    // A matrix that the file leaves to the model, and what a LoRA adds to it.
    const weight = 'input_blocks.1.1.transformer_blocks.0.attn2.to_v.weight';
    const tensors = await tensorsOf(whole);
    const { shape, bytes } = tensors.get(weight)!;
    const numbers = new Float32Array(bytes.slice().buffer);
    const change = numbers.map((x, i) => x + Math.sin(i));
    const added = new Map([[`diffusion_model.${weight.replace(/weight$/, 'diff')}`, floats(shape, change)]]);
    const merged = numbers.map((x, i) => x + change[i]!);
    const lora = await opened('lora', writtenBytes(added));

    const checkpoint = await openCheckpoint(base, { runtime: tuned });
    const { controls, model } = checkpoint;
    const residualsOf = async (file: Uint8Array<ArrayBuffer>): Promise<Float32Array> => {
      await controls.use(['net'], () => opened('net', file));
      return asked();
    };
    const asked = async (): Promise<Float32Array> => {
      const net = controls.of('net');
      if (net.kind !== 'ControlNet') throw new Error('it is a ControlNet');
      const latents = inFloats(tensor('sample'));
      const [batch] = latents.shape as [number];
      const values = {
        latents,
        context: inFloats(tensor('encoder_hidden_states')),
        timestep: embeddings(facts.timestep, batch, model.denoiser.modelChannels),
      };
      const count = 13;
      const scale = { data: new Float32Array(batch * count).fill(1), shape: [batch, count] };
      const hint = inFloats(tensor('cond.0')).data;
      return controls.residuals(net, values, scale, hint, undefined, () => undefined);
    };
    const plain = await residualsOf(changes);
    const { use } = (
      await checkpoint.useLoras('on', () => Promise.resolve([{ ...lora, unet: 1, text: 1 }]))
    )[0]!;
    expect(use.used).toBe(1);
    const changedByLora = await asked();
    await checkpoint.useLoras('', () => Promise.resolve([]));
    expect(await asked()).toEqual(plain);
    await controls.use([], () => Promise.reject(new Error('none')));
    tensors.set(weight, floats(shape, merged));
    const expected = await residualsOf(writtenBytes(tensors));
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    console.info(
      `with a LoRA: ${(worst(changedByLora, expected) / largest).toExponential(1)} of the largest off`,
    );
    expect(worst(changedByLora, expected) / largest).toBeLessThan(1e-5);
    expect(worst(plain, expected) / largest).toBeGreaterThan(1e-2);
  },
);
