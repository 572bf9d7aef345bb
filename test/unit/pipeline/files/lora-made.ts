/** LoRAs made for tests, on the shapes of Stable Diffusion 1.5. */
import { expect } from 'vitest';
import { recognise } from '../../../../src/nets/detect/detect';
import { inNormalForm } from '../../../../src/nets/names/normal-form';
import { patchesOf, type Lora } from '../../../../src/pipeline/files/lora';
import type { TensorInfo } from '../../../../src/weights/safetensors';
import { memorySource } from '../../../../src/weights/source';
import { stableDiffusion15, type Shapes } from '../../nets/stable-diffusion';

/** Tensors of these shapes, in normal form. */
export const stored = (shapes: Shapes) =>
  inNormalForm(
    new Map<string, TensorInfo>(
      [...shapes].map(([name, { shape }]) => [name, { name, dtype: 'F16', shape, begin: 0, end: 0 }]),
    ),
  ).tensors;
/** Those of Stable Diffusion 1.5. */
export const tensors = stored(stableDiffusion15());
export const model = recognise({ tensors: stableDiffusion15(), metadata: new Map() }).model;
/** A weight of it, 320 × 320, and what LoRAs call its module. */
export const key = 'unet.input_blocks.1.1.proj_in.weight';
export const module = 'lora_unet_down_blocks_0_attentions_0_proj_in';

/** A LoRA of these tensors, each filled with one number. */
export function loraOf(
  parts: Record<string, readonly [shape: readonly number[], value: number]>,
  weight = 1,
): Lora {
  const numbers: number[] = [];
  const own = new Map<string, TensorInfo>();
  for (const [name, [shape, value]] of Object.entries(parts)) {
    const begin = 4 * numbers.length;
    numbers.push(...new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(value));
    own.set(name, { name, dtype: 'F32', shape, begin, end: 4 * numbers.length });
  }
  const source = memorySource(new Uint8Array(Float32Array.from(numbers).buffer));
  const header = { tensors: own, metadata: new Map<string, string>(), bytes: 4 * numbers.length };
  return { name: 'style', header, source, unet: weight, text: weight };
}

/** What they add to each number of the weight. */
export const added = (...loras: Lora[]): number => {
  const weights = new Float32Array(320 * 320);
  patchesOf(model, tensors, loras).get(key)?.(weights);
  expect(new Set(weights).size).toBe(1);
  return weights[0]!;
};

export const kohya = (weight: number, alpha: number | null = 2): Lora =>
  loraOf(
    {
      [`${module}.lora_up.weight`]: [[320, 4, 1, 1], 3],
      [`${module}.lora_down.weight`]: [[4, 320, 1, 1], 0.5],
      ...(alpha !== null && { [`${module}.alpha`]: [[], alpha] as const }),
    },
    weight,
  );
