import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { GoldenGuide, worst, type ForwardCase } from './control-cases';
import { guideFiles } from './control-files';
import { changed, made, type MadeFacts } from './control-made';
import { openCheckpoint } from './drawing';
import { embeddings, label } from './net-cases';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, present } from './root';
import { inFloats } from './tensors';

ort.env.wasm.numThreads = 1;
const machine = wasmMachine(new Sessions(ort));

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
    const { controls, model } = await openCheckpoint(base);
    const header = await readHeader(new Blob([file]));
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
