/** One module of every kind of LoRA, merged into a small weight as PyTorch merges it (data/lora/lycoris/make.py). */
import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/nets/detect/detect';
import { patchesOf, type Lora } from '../../src/pipeline/files/lora';
import type { TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { stableDiffusion15 } from '../unit/nets/stable-diffusion';
import { goldenBytes, present } from './root';
import { parseTensors, worstDifference, type Tensor } from './tensors';

const reference = 'lora/lycoris/cases.safetensors';
const tensors = present(reference) ? parseTensors(goldenBytes(reference).buffer) : new Map<string, Tensor>();
const cases = [...new Set([...tensors.keys()].map((name) => name.split('/')[0]!))];
const strengths = ['1.0', '0.6', '-0.5'] as const;

const model = recognise({ tensors: stableDiffusion15(), metadata: new Map() }).model;
const key = 'unet.input_blocks.1.0.in_layers.2.weight';
const module = 'lora_unet_input_blocks_1_0_in_layers_2';

/** A file with this module alone. */
function loraOf(name: string, weight: number): Lora {
  const own = new Map<string, TensorInfo>();
  const numbers: number[] = [];
  for (const [place, { shape, data }] of tensors) {
    const [of, kind, part] = place.split('/');
    if (of !== name || kind !== 'lora') continue;
    const begin = 4 * numbers.length;
    numbers.push(...data);
    const full = `${module}.${part!}`;
    own.set(full, { name: full, dtype: 'F32', shape, begin, end: 4 * numbers.length });
  }
  const source = memorySource(new Uint8Array(Float32Array.from(numbers).buffer));
  const header = { tensors: own, metadata: new Map<string, string>(), bytes: 4 * numbers.length };
  return { name, header, source, unet: weight, text: weight };
}

function merged({ shape, data }: Tensor, lora: Lora): Float32Array {
  const info: TensorInfo = { name: key, dtype: 'F32', shape, begin: 0, end: 0 };
  const weights = Float32Array.from(data);
  patchesOf(model, new Map([[key, info]]), [lora]).get(key)!(weights);
  return weights;
}

describe.each(cases)('%s', (name) => {
  const tensor = (what: string) => tensors.get(`${name}/${what}`)!; // a missing one fails the test by itself

  it.each(strengths)('at a weight of %s is merged as in PyTorch', (strength) => {
    const expected = tensor(`merged/${strength}`);
    const worst = worstDifference(merged(tensor('weight'), loraOf(name, Number(strength))), expected.data);
    console.info(`${name} at ${strength}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-5);
    expect(worstDifference(tensor('weight').data, expected.data)).toBeGreaterThan(0.05);
  });
});
