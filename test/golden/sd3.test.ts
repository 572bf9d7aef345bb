/** The nets of Stable Diffusion 3 in every layout that its files come in. */
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { tensorsOf, written } from '../safetensors';
import type { Compared } from './net-cases';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, modelsWith } from './root';
import { SD3Nets, type Expected } from './sd3-cases';
import { likeDiffusers } from './sd3-diffusers';

ort.env.wasm.numThreads = 1;

const machine = wasmMachine(new Sessions(ort));

/** The files that a model can be of: one with all in it, or one without text encoders and those beside it. */
const LAYOUTS = [
  { file: 'model', beside: {} },
  { file: 'model_t5', beside: {} },
  { file: 'model_bare', beside: { text: 'clip_l', text2: 'clip_g' } },
] as const;

for (const name of modelsWith(/^mmdit/)) {
  const at = `models/${name}`;
  const isThere = (file: string): boolean => hasGolden(`${at}/${file}.safetensors`);
  const layouts = LAYOUTS.filter(({ file, beside }) => [file, ...Object.values(beside)].every(isThere));
  const tests = listCases(`${at}/cases`, (test) => /^(?:mmdit|text|vae)/.test(test));
  const expectedOf = (test: string): Expected => goldenTensors(`${at}/cases/${test}/expected.safetensors`);

  describe.each(layouts)(`${name}: $file`, ({ file, beside }) => {
    let nets: SD3Nets;
    beforeAll(async () => {
      const bytes = (part: string): Uint8Array<ArrayBuffer> => goldenBytes(`${at}/${part}.safetensors`);
      const others = Object.entries(beside).map(([part, of]) => [part, bytes(of)] as const);
      nets = await SD3Nets.open(machine, bytes(file), Object.fromEntries(others));
    });
    const expectSame = (test: string, found: readonly Compared[]): void => {
      for (const { what, worst } of found) {
        console.info(`${name} ${file} ${test} ${what}: worst relative difference ${worst.toExponential(1)}`);
        expect(worst).toBeLessThan(1e-3);
      }
    };

    it('is whole', () => {
      expect(nets.lacks).toEqual([]);
      expect(nets.model).toMatchObject({ prediction: 'flow', noise: { kind: 'flow', shift: 3 } });
    });

    it.each(tests.filter((test) => test.startsWith('mmdit')))(
      'predicts as diffusers does (%s)',
      async (test) => {
        const facts = goldenJson(`${at}/cases/${test}/case.json`) as Facts;
        const expected = expectedOf(test);
        // Where a case has no context of its own, it is that of the first.
        const own = 'encoder_hidden_states' in facts.tensors ? expected : expectedOf('mmdit');
        expectSame(test, await nets.mmdit(facts, expected, own('encoder_hidden_states')));
      },
    );

    it.each(tests.filter((test) => test.startsWith('text')))(
      'encodes text as transformers does (%s)',
      async (test) => {
        const { tensors } = goldenJson(`${at}/cases/${test}/case.json`) as Facts;
        const expected = expectedOf(test);
        expectSame(test, await nets.clip(expected));
        if (!nets.model.t5) return;
        for (const ids of Object.keys(tensors)) {
          const length = Number(/^t5_(\d+)_ids$/.exec(ids)?.[1] ?? 0);
          if (length > 0) expectSame(test, await nets.t5(expected, length));
        }
      },
    );

    it.each(tests.filter((test) => test.startsWith('vae')))(
      'decodes and encodes as diffusers does (%s)',
      async (test) => {
        expectSame(test, await nets.vae(expectedOf(test)));
      },
    );
  });
}

describe.each(modelsWith(/^mmdit/))('%s in the names of diffusers', (name) => {
  const at = `models/${name}`;
  const file = LAYOUTS.map((layout) => `${at}/${layout.file}.safetensors`).find(hasGolden);

  it.runIf(file)('has scale before shift where diffusers has, and predicts the same', async () => {
    const tensors = await tensorsOf(new Blob([goldenBytes(file!)]));
    const theirs = likeDiffusers(tensors);
    expect([...theirs.keys()].some((key) => key.includes('joint_blocks'))).toBe(false);
    const nets = await SD3Nets.open(machine, new Uint8Array(await written(theirs).arrayBuffer()));
    const [test] = listCases(`${at}/cases`, (one) => /^mmdit/.test(one) && hasContext(`${at}/cases/${one}`));
    const facts = goldenJson(`${at}/cases/${test}/case.json`) as Facts;
    const expected = goldenTensors(`${at}/cases/${test}/expected.safetensors`);
    for (const { what, worst } of await nets.mmdit(facts, expected, expected('encoder_hidden_states'))) {
      console.info(
        `${name} in diffusers' names, ${test} ${what}: worst relative difference ${worst.toExponential(1)}`,
      );
      expect(worst).toBeLessThan(1e-3);
    }
  });
});

const hasContext = (at: string): boolean =>
  'encoder_hidden_states' in (goldenJson(`${at}/case.json`) as Facts).tensors;

interface Facts {
  readonly timesteps: readonly number[];
  readonly append_zero_tokens: number;
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}
