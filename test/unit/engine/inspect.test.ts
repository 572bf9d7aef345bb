/** The inspector's side of the shelf: any file is looked at, and nothing but its header is read. */
import { plain } from '../../../src/weights/store/layout';
import { describe, expect, test } from 'vitest';
import { installModel } from '../../../src/engine/files/imports';
import { ModelRepository } from '../../../src/engine/model-repository';
import { stableDiffusionXL, type Shapes } from '../nets/stable-diffusion';

const models = new ModelRepository('http://localhost/models/');

/** The first bytes of a file with these tensors, and the size the whole file would have. */
function headOf(shapes: Shapes, metadata: Record<string, string> = {}): { head: Uint8Array; size: number } {
  let end = 0;
  const entries = [...shapes].map(([name, { shape, dtype }]) => {
    const begin = end;
    end += shape.reduce((product, d) => product * d, dtype === 'F32' ? 4 : 2);
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = new TextEncoder().encode(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }),
  );
  const head = new Uint8Array(8 + json.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.length), true);
  head.set(json, 8);
  return { head, size: head.length + end };
}

/** A file whose data is not there: it counts what is read of it, and can be as large as one likes. */
class SparseFile extends File {
  readonly #size: number;
  readonly #head: Blob;
  bytesRead = 0;

  constructor({ head, size }: { head: Uint8Array; size: number }, name: string) {
    super([], name);
    // As much of the data as the first look at a small file touches.
    this.#head = new Blob([head.slice(), new Uint8Array(Math.min(size - head.length, 4096))]);
    this.#size = size;
  }
  override get size(): number {
    return this.#size;
  }
  override slice(begin = 0, end = this.#size): Blob {
    this.bytesRead += Math.min(end, this.#size) - begin;
    return this.#head.slice(begin, end);
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    throw new Error('read as a whole');
  }
  override stream(): never {
    throw new Error('read as a whole');
  }
}

const tiny = (name: string, size = [2, 2], metadata?: Record<string, string>) =>
  headOf(new Map([[name, { shape: size, dtype: 'F32' }]]), metadata);
const LORA = 'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight';

test('of a 7 GB checkpoint only the header is read, and one norm', async () => {
  const file = new SparseFile(headOf(stableDiffusionXL()), 'xl.safetensors');
  expect(file.size).toBeGreaterThan(6.9e9);
  const { length } = headOf(stableDiffusionXL()).head;
  const { verdict, total, bytes, lack, parts } = await models.inspect(file);
  expect(file.bytesRead).toBeLessThanOrEqual(4096 + length + 2 * 320);
  expect(verdict).toMatchObject({ facts: { family: 'Stable Diffusion XL', kind: 'base', dtype: 'F16' } });
  expect(total.parameters).toBe((bytes - length) / 2);
  expect(parts.map(({ part }) => part)).toEqual(['UNet', 'second text encoder', 'text encoder', 'VAE']);
  expect(lack).toBeNull();
});

test('a LoRA is named one', async () => {
  const file = new SparseFile(tiny(LORA, [4, 320], { ss_base_model_version: 'sd_v1' }), 'style.safetensors');
  const { verdict, metadata } = await models.inspect(file);
  expect(verdict).toMatchObject({ addon: { kind: 'lora', name: 'style', base: 'sd_v1' } });
  expect(metadata).toEqual([['ss_base_model_version', 'sd_v1']]);
});

test.each([
  ['a language model', 'model.layers.0.self_attn.q_proj.weight', 'other-kind'],
  ['an IP-Adapter', 'image_proj.proj.weight', 'other-kind'],
  ['a piece of a ControlNet', 'control_model.input_hint_block.0.weight', 'other-kind'],
  ['a piece of a text encoder', 'text_model.encoder.layers.3.mlp.fc1.weight', 'other-kind'],
  ['weights of no known kind', 'x', 'unknown-kind'],
])('%s is shown, with the reason why it cannot be run', async (_, name, code) => {
  const { verdict, tensors } = await models.inspect(new SparseFile(tiny(name), 'some.safetensors'));
  expect(verdict).toMatchObject({ problem: { code } });
  expect(tensors).toMatchObject([{ name, parameters: 4, bytes: 16 }]);
});

test('of a file that was cut short the header is shown, and what is missing', async () => {
  const { head, size } = headOf(stableDiffusionXL());
  const { verdict, lack, total } = await models.inspect(
    new SparseFile({ head, size: size - 1e9 }, 'cut.safetensors'),
  );
  expect(lack).toEqual({ code: 'file-truncated', facts: { expectedBytes: size, actualBytes: size - 1e9 } });
  expect(verdict).toHaveProperty('facts.family', 'Stable Diffusion XL');
  expect(total.bytes).toBe(size - head.length);
});

test('of an offer the header is shown that came with it, and no server is asked', async () => {
  const { head, size } = headOf(stableDiffusionXL());
  const model = { head: Uint8Array.from(head), ranges: [] };
  const offer = {
    file: 'far away.safetensors',
    bytes: size,
    licence: null,
    verdict: { problem: PROBLEM },
    model,
  };
  const { verdict, tensors, bytes } = await models.inspect(offer);
  expect(verdict).toHaveProperty('facts.family', 'Stable Diffusion XL');
  expect(bytes).toBe(size);
  expect(tensors.length).toBeGreaterThan(2000);

  const small = tiny(LORA);
  const lora = { ...offer, bytes: small.size, model: { head: Uint8Array.from(small.head), ranges: [] } };
  expect((await models.inspect(lora)).verdict).toMatchObject({ addon: { kind: 'lora' } });
});

/** What the verdict says that came with an offer does not count. */
const PROBLEM = { code: 'bug', facts: {} } as const;

test('of a checkpoint with holes it is said which part is not whole', async () => {
  const shapes = stableDiffusionXL();
  const key = 'decoder.mid.block_1.norm1.weight';
  shapes.delete(`first_stage_model.${key}`);
  const { verdict } = await models.inspect(new SparseFile(headOf(shapes), 'cut.safetensors'));
  const facts = { key: `vae.${key}`, part: 'VAE' };
  expect(verdict).toEqual({ problem: { code: 'missing-weight', facts } });
});

describe('a checkpoint whose weights are packed for another program is called so', () => {
  const layer = 'model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn1.to_q';
  const one = { shape: [1], dtype: 'F32' };
  test.each([
    ['beside a scale that nothing here knows', [`${layer}.scale`], false],
    ['beside one of ModelOpt', [`${layer}.weight_quantizer._scale`], false],
    ['beside what rounding took away', [`${layer}.svd_up`, `${layer}.svd_down`], false],
    ['under another name', [`${layer}._weight_qdata`, `${layer}._weight_scale`], true],
    ['under a name of HQQ', [`${layer}.W_q`], true],
  ])('%s', async (_, names, isGone) => {
    const shapes = stableDiffusionXL();
    if (isGone) shapes.delete(`${layer}.weight`);
    for (const name of names) shapes.set(name, one);
    const { verdict } = await models.inspect(new SparseFile(headOf(shapes), 'packed.safetensors'));
    expect(verdict).toMatchObject({ problem: { code: 'other-kind', facts: { kind: 'packed' } } });
  });

  test('but scales of what goes in do not matter', async () => {
    const shapes = stableDiffusionXL()
      .set(`${layer}.input_scale`, one)
      .set(`${layer}.input_quantizer._scale`, one);
    const { verdict } = await models.inspect(new SparseFile(headOf(shapes), 'xl.safetensors'));
    expect(verdict).toHaveProperty('facts.family', 'Stable Diffusion XL');
  });
});

test('weights beside the nets of a checkpoint are counted among those without use', async () => {
  const shapes = stableDiffusionXL()
    .set('control_model.zero_convs.0.0.weight', { shape: [320, 320, 1, 1], dtype: 'F16' })
    .set('alphas_cumprod', { shape: [1000], dtype: 'F32' })
    .set('model_ema.diffusion_modelout2weight', { shape: [4, 320, 3, 3], dtype: 'F16' });
  const { verdict } = await models.inspect(new SparseFile(headOf(shapes), 'xl.safetensors'));
  expect(verdict).toHaveProperty('facts.unused', ['control_model.zero_convs.0.0.weight']);
});

test('of a file that goes on after its tensors the header is shown, and how much there is too much', async () => {
  const { head, size } = headOf(stableDiffusionXL());
  const { verdict, lack } = await models.inspect(
    new SparseFile({ head, size: size + 5 }, 'long.safetensors'),
  );
  expect(lack).toEqual({ code: 'file-too-long', facts: { extraBytes: 5 } });
  expect(verdict).toHaveProperty('facts.family', 'Stable Diffusion XL');
});

test('an import of the same file is still refused', async () => {
  const { head, size } = tiny(LORA);
  const file = new File([Uint8Array.from(head), new Uint8Array(size - 4 - head.length)], 'cut.safetensors');
  const model = { name: file.name, bytes: file.size, layout: plain({ file, path: file.name }, file.size) };
  const install = installModel(model, new AbortController().signal);
  await expect(install.next()).rejects.toMatchObject({ code: 'file-truncated' });
});

test('a piece of a file that was split is called so', async () => {
  const { head, size } = headOf(stableDiffusionXL());
  const file = new SparseFile({ head, size: size - 1e9 }, 'xl.safetensors.001');
  const model = { name: file.name, bytes: file.size, layout: plain({ file, path: file.name }, file.size) };
  const install = installModel(model, new AbortController().signal);
  await expect(install.next()).rejects.toMatchObject({ code: 'file-is-split' });
});

test.each([
  ['a file cut short in its header', tiny(LORA).head.subarray(0, 40), 'file-truncated'],
  ['a web page', new TextEncoder().encode('<!doctype html><title>Sign in</title>'), 'file-is-html'],
  ['a pickle', Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x28, 0x58, 0x0a, 0), 'file-is-pickle'],
  ['an empty file', new Uint8Array(0), 'file-empty'],
])('%s has nothing to show, and is refused by name', async (_, head, code) => {
  await expect(models.inspect(new SparseFile({ head, size: head.length }, 'bad.bin'))).rejects.toMatchObject({
    code,
  });
});
