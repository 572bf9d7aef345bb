/** LoRAs of Stable Diffusion 3 as kohya and diffusers write them, against weights that are changed in the file itself. */
import { expect, it } from 'vitest';
import { mmditGraph } from '../../src/nets/mmdit-graphs';
import { patchesOf, useOf } from '../../src/pipeline/files/lora';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { convert } from '../../src/weights/values/half';
import { memorySource } from '../../src/weights/source';
import { headerOf, tensorsOf, writtenBytes, type StoredTensor, type StoredTensors } from '../safetensors';
import { answers, embeddings } from './net-cases';
import { goldenBytes, hasGolden, modelsWith } from './root';
import { tuned } from './runtime';
import { SD3Nets } from './sd3-cases';
import { worstDifference } from './tensors';

const machine = wasmMachine(new Sessions(tuned));
const RANK = 2;

const wave = (length: number, step: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, i) => 0.1 * Math.sin(i * step + 1));
const matrix = (data: Float32Array<ArrayBuffer>, rows: number): StoredTensor => ({
  dtype: 'F32',
  shape: [rows, data.length / rows],
  bytes: new Uint8Array(data.buffer),
});

/** What a LoRA adds to a module of rows × columns: `up` times `down`. */
interface Addition {
  readonly up: Float32Array<ArrayBuffer>;
  readonly down: Float32Array<ArrayBuffer>;
}
const additionTo = (rows: number, columns: number): Addition => ({
  up: wave(rows * RANK, 12.9898),
  down: wave(RANK * columns, 78.233),
});

/** The weights of a file with the products added, in single precision. */
function changed(file: StoredTensors, additions: ReadonlyMap<string, Addition>): StoredTensors {
  const all = new Map(file);
  for (const [name, { up, down }] of additions) {
    const { bytes, dtype, shape } = file.get(name)!; // the test names them
    const weights = new Float32Array(convert(bytes.slice(), dtype, 'F32').buffer);
    const [, columns] = shape as [number, number];
    for (let i = 0; i < weights.length; i++) {
      const [row, column] = [Math.floor(i / columns), i % columns];
      for (let r = 0; r < RANK; r++) weights[i]! += up[row * RANK + r]! * down[r * columns + column]!; // inside
    }
    all.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(weights.buffer) });
  }
  return all;
}

const rowsOf = ({ up }: Addition, from: number, to: number): Float32Array<ArrayBuffer> =>
  up.slice(from * RANK, to * RANK);

it.each(modelsWith(/^mmdit/))('%s is changed by either as by what they hold', async (name) => {
  const path = ['model', 'model_t5', 'model_bare'].find((file) =>
    hasGolden(`models/${name}/${file}.safetensors`),
  );
  const file = await tensorsOf(goldenBytes(`models/${name}/${path}.safetensors`));
  const unet = 'model.diffusion_model.';
  const [width] = file.get(`${unet}context_embedder.weight`)!.shape as [number];
  const qkv = additionTo(3 * width, width);
  const last = additionTo(2 * width, width);
  const kohya: StoredTensors = new Map();
  const diffusers: StoredTensors = new Map();
  for (const [module, { up, down }] of [
    ['joint_blocks_0_context_block_attn_qkv', qkv],
    ['final_layer_adaLN_modulation_1', last],
  ] as const) {
    kohya.set(`lora_unet_${module}.lora_up.weight`, matrix(up, up.length / RANK));
    kohya.set(`lora_unet_${module}.lora_down.weight`, matrix(down, RANK));
  }
  const add = (module: string, up: Float32Array<ArrayBuffer>, down: Float32Array<ArrayBuffer>): void => {
    diffusers.set(`transformer.${module}.lora_B.weight`, matrix(up, up.length / RANK));
    diffusers.set(`transformer.${module}.lora_A.weight`, matrix(down, RANK));
  };
  for (const [i, which] of ['q', 'k', 'v'].entries())
    add(`transformer_blocks.0.attn.add_${which}_proj`, rowsOf(qkv, i * width, (i + 1) * width), qkv.down);
  // There the scale comes first.
  const [shift, scale] = [rowsOf(last, 0, width), rowsOf(last, width, 2 * width)];
  add('norm_out.linear', Float32Array.from([...scale, ...shift]), last.down);

  const plain = await SD3Nets.open(machine, writtenBytes(file));
  const additions = new Map([
    [`${unet}joint_blocks.0.context_block.attn.qkv.weight`, qkv],
    [`${unet}final_layer.adaLN_modulation.1.weight`, last],
  ]);
  const merged = await SD3Nets.open(machine, writtenBytes(changed(file, additions)));
  const { model } = plain;
  const size = { batch: 1, h: 4, w: 4, tokens: 5 };
  const value = (...shape: number[]) => ({
    data: wave(
      shape.reduce((n, d) => n * d),
      3.7,
    ),
    shape,
  });
  const values = {
    latents: value(1, model.denoiser.inChannels, 4, 4),
    timestep: embeddings(700, 1, model.denoiser.modelChannels),
    context: value(1, 5, model.denoiser.contextWidth),
    label: value(1, model.denoiser.labelWidth!), // an MMDiT has one
  };
  const predicted = async (
    { weights, target }: SD3Nets,
    patches = weights.patches,
  ): Promise<Float32Array> => {
    const graph = mmditGraph({ model, tensors: weights.tensors }, target, size);
    const [all] = await answers(machine, graph, { ...weights, ...(patches && { patches }) }, [values]);
    return all!; // of one run
  };
  const expected = await predicted(merged);
  expect(worstDifference(await predicted(plain), expected)).toBeGreaterThan(1e-2);
  for (const [whose, tensors] of Object.entries({ kohya, diffusers })) {
    const bytes = writtenBytes(tensors);
    const header = await headerOf(bytes);
    const { tensors: own } = plain.weights;
    expect(useOf(header, own)).toEqual({ modules: tensors.size / 2, used: tensors.size / 2, unused: [] });
    const lora = { name: whose, header, source: memorySource(bytes), unet: 1, text: 1 };
    const worst = worstDifference(await predicted(plain, patchesOf(model, own, [lora])), expected);
    console.info(`${name}, LoRA of ${whose}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-5);
  }
});
