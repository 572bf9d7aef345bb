/** kohya's LoRAs with their modules numbered, as cloneofsimo's trainer has them, change the same weights as before. */
import { beforeAll, describe, expect, it } from 'vitest';
import { recognise } from '../../src/nets/detect/detect';
import { inNormalForm } from '../../src/nets/names/normal-form';
import { patchesOf, useOf, type Lora } from '../../src/pipeline/files/lora';
import { readHeader, type Header } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { headerOf, tensorsOf, written, type StoredTensors } from '../safetensors';

import { modelBytes } from './models';
import { goldenBytes, goldenJson, listCases } from './root';
import { worstDifference } from './tensors';

interface Case {
  readonly lora_file: string;
  readonly format: string;
}

const caseOf = (name: string) => goldenJson(`lora/${name}/case.json`) as Case;
const cases = listCases('lora', (name) => caseOf(name).format === 'kohya');

/** As PyTorch lists them: classes of diffusers register the way up before the middle, CLIP's its keys first. */
const UNET = ['lora_unet_down_', 'lora_unet_up_', 'lora_unet_mid_'];
const ATTENTION = ['to_q', 'to_k', 'to_v', 'to_out_0'];
const CLIP_ATTENTION = ['k', 'v', 'q', 'out'].map((layer) => `self_attn_${layer}_proj`);
const [self, cross] = ['attn1', 'attn2'].map((name) => ATTENTION.map((layer) => `${name}_${layer}`));
const ORDERS = [
  { what: 'attention alone', layers: [...self!, ...cross!] },
  { what: 'GEGLU between the attentions', layers: [...self!, 'ff_net_0_proj', ...cross!] },
  { what: 'GEGLU after them', layers: [...self!, ...cross!, 'ff_net_0_proj'] },
];

/** Blocks of modules whose names begin so, by their numbers. */
function blocksIn(file: StoredTensors, start: string, end: RegExp): string[] {
  const names = [...file.keys()].filter((name) => name.startsWith(start));
  const blocks = new Set(names.flatMap((name) => end.exec(name)?.[0] ?? []));
  return [...blocks].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The same matrices under two names: kohya's without alphas, and numbers. */
function bothOf(
  file: StoredTensors,
  layers: readonly string[],
): { named: StoredTensors; numbered: StoredTensors } {
  const [named, numbered]: [StoredTensors, StoredTensors] = [new Map(), new Map()];
  const places = UNET.flatMap((start) => blocksIn(file, start, /^.*_transformer_blocks_\d+(?=_)/));
  const texts = blocksIn(file, 'lora_te_', /^.*_layers_\d+(?=_)/);
  for (const [net, blocks, own] of [
    ['unet', places, layers],
    ['text_encoder', texts, CLIP_ATTENTION],
  ] as const) {
    for (const [i, module] of blocks.flatMap((block) => own.map((layer) => `${block}_${layer}`)).entries()) {
      for (const part of ['up', 'down']) {
        const name = `${module}.lora_${part}.weight`;
        named.set(name, file.get(name)!); // or writing it fails
        numbered.set(`${net}:${i}:${part}`, file.get(name)!);
      }
    }
  }
  return { named, numbered };
}

async function loraOf(file: Blob): Promise<Lora> {
  const source = memorySource(new Uint8Array(await file.arrayBuffer()));
  return { name: 'style', header: await readHeader(file), source, unet: 0.75, text: 0.5 };
}

let header: Header;
beforeAll(async () => {
  header = await headerOf(modelBytes('sd1'));
});

describe.each(cases)('%s', (name) => {
  const stored = () => tensorsOf(goldenBytes(`lora/${name}/${caseOf(name).lora_file}`));

  it.each(ORDERS)('with numbers adds the same to the same weights: $what', async ({ layers }) => {
    const { tensors } = inNormalForm(header.tensors);
    const { named, numbered } = bothOf(await stored(), layers);
    const added = async (file: StoredTensors): Promise<Map<string, Float32Array>> => {
      const patches = patchesOf(recognise(header).model, tensors, [await loraOf(written(file))]);
      return new Map(
        [...patches].map(([key, patch]) => {
          const weight = new Float32Array(tensors.get(key)!.shape.reduce((product, d) => product * d, 1)); // it is found there
          patch(weight);
          return [key, weight];
        }),
      );
    };
    const expected = await added(named);
    expect(expected.size).toBe(named.size / 2);
    expect([...expected.values()].every((weight) => weight.some((number) => number !== 0))).toBe(true);
    const found = await added(numbered);
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    const odd = [...found].filter(([key, weight]) => worstDifference(weight, expected.get(key)!) !== 0); // of the same keys
    expect(odd.map(([key]) => key)).toEqual([]);
    console.info(`${name}: ${expected.size} modules by their numbers`);
  });

  it('in an order that does not lead to its sizes, no part of the net is guessed', async () => {
    const { numbered } = bothOf(await stored(), ['ff_net_0_proj', ...self!, ...cross!]);
    const { modules, used, unused } = useOf(
      (await loraOf(written(numbered))).header,
      inNormalForm(header.tensors).tensors,
    );
    const texts = [...numbered.keys()].filter((name) => /^text_encoder:\d+:up$/.test(name)).length;
    expect(used).toBe(texts);
    expect(unused).toEqual([{ why: 'kind', such: 'unet:0', count: modules - texts }]);
  });

  it('for a text encoder that the model does not have, it is told so', async () => {
    const { numbered } = bothOf(await stored(), ORDERS[0]!.layers);
    const { tensors } = inNormalForm(header.tensors);
    const unet = new Map([...tensors].filter(([key]) => key.startsWith('unet.')));
    expect(useOf((await loraOf(written(numbered))).header, unet).unused).toMatchObject([{ why: 'text' }]);
  });
});
