import { expect, test } from 'vitest';
import { recognise } from '../../../../src/nets/detect/detect';
import { patchesOf, type Lora } from '../../../../src/pipeline/files/lora';
import { readHeader } from '../../../../src/weights/safetensors';
import { memorySource } from '../../../../src/weights/source';
import { sequence } from '../../../dialects';
import { composedLora, type Plain } from '../../../lora-dialects';
import { written } from '../../../safetensors';
import { normal, stableDiffusionXL } from '../stable-diffusion';

const COMPOSITIONS = 100;
const RANK = 2;

/** SDXL with one transformer in each place and two layers in each text encoder, all of them small. */
const model = recognise({ tensors: stableDiffusionXL(), metadata: new Map() }).model;
const tensors = new Map(
  [...normal(stableDiffusionXL())]
    .filter(([name]) => !/^vae|\.(?:transformer_blocks\.[1-9]|layers\.(?:[2-9]|\d\d))\./.test(name))
    .map(([name, { shape }]) => {
      const own = shape.map((size) => (size > 4 ? 2 + (size % 3) : size));
      return [name, { name, dtype: 'F16' as const, shape: own, begin: 0, end: 0 }];
    }),
);
/** What LoRAs are for. */
const MODULES =
  /\.(?:proj_(?:in|out)|to_[qkv]|to_out\.0|net\.\d.*|[qkv]_proj|out_proj|fc\d|emb_layers\.1|skip_connection)$/;

function plainLora(): Plain {
  const random = sequence(4);
  const whole = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 9) - 4);
  const modules = [...tensors].flatMap(([key, { shape }]) => {
    const module = /^(.*)\.weight$/.exec(key)?.[1] ?? '';
    return MODULES.test(module) ? [[module, shape] as const] : [];
  });
  return new Map(
    modules.map(([module, [rows = 1, columns = 1]]) => {
      return [module, { up: whole(rows * RANK), down: whole(columns * RANK), rank: RANK, alpha: 6 }];
    }),
  );
}

/** What it adds to each weight. */
async function added(file: Blob): Promise<Map<string, string>> {
  const lora: Lora = {
    ...{ name: 'style', unet: 1, text: 1 },
    header: await readHeader(file),
    source: memorySource(new Uint8Array(await file.arrayBuffer())),
  };
  return new Map(
    [...patchesOf(model, tensors, [lora])].map(([key, patch]) => {
      const weights = new Float32Array(tensors.get(key)!.shape.reduce((product, d) => product * d, 1)); // it is found there
      patch(weights);
      return [key, weights.join()];
    }),
  );
}

test(`${COMPOSITIONS} compositions of prefixes, namings, endings, dtypes and layouts are one LoRA`, async () => {
  const plain = plainLora();
  const expected = [...plain].map(([module, { up, down, rank, alpha }]) => {
    const columns = down.length / rank;
    const sums = Array.from({ length: (up.length / rank) * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += up[row * rank + k]! * down[k * columns + column]!;
      return (sum * alpha) / rank;
    });
    return [`${module}.weight`, Float32Array.from(sums).join()] as const;
  });
  const files = new Set<string>();
  for (let seed = 0; seed < COMPOSITIONS; seed++) {
    const file = composedLora(plain, sequence(seed * 7919));
    files.add([...file.keys()].sort().join());
    const found = await added(written(file));
    const odd = expected.filter(
      ([key, numbers]) => found.get(key)?.replaceAll('-0', '0') !== numbers.replaceAll('-0', '0'),
    );
    if (odd.length > 0 || found.size !== expected.length) {
      expect(
        odd.map(([key]) => key),
        `of the composition of seed ${seed}: ${[...file.keys()][0]}`,
      ).toEqual([]);
      expect(found.size).toBe(expected.length);
    }
  }
  console.info(`${expected.length} modules under ${files.size} different sets of names`);
  expect(files.size).toBeGreaterThan(COMPOSITIONS / 2);
}, 120_000);
