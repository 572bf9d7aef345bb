/** Recipes that were made to do harm: they are read or not, without an error and without delay. */
import { describe, expect, it } from 'vitest';
import { readComfy } from '../../../src/recipe/comfy/read';
import { writeComfy } from '../../../src/recipe/comfy/write';
import { exifTexts } from '../../../src/recipe/picture/exif';
import { readInfotext, writeInfotext } from '../../../src/recipe/infotext/infotext';
import { fromCompel } from '../../../src/recipe/invoke';
import { parseExact } from '../../../src/recipe/json';
import { commentInXmp, readListed } from '../../../src/recipe/listed';
import { fromBraces } from '../../../src/recipe/novelai';
import { fragmentOf, recipeInFragment } from '../../../src/recipe/link';
import { recipeInText } from '../../../src/recipe/read';
import type { Recipe, RecipeSettings } from '../../../src/recipe/recipe';

const nodes = (all: Readonly<Record<string, readonly [type: string, inputs: object]>>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(all).map(([id, [type, inputs]]) => [id, { class_type: type, inputs }])),
  );

describe.each(['constructor', '__proto__', 'toString'])('what every object has, %s,', (name) => {
  it('is no name of A1111’s, nor of Civitai’s', () => {
    const settings = `Steps: 20, Sampler: Euler, Seed: 1, ${name}: 2, ControlNet 0: "Module: canny, Model: x, ${name}: (1)"`;
    const hashes = `, Civitai resources: [{"type":"${name}","modelName":"a"}], Hashes: {"${name}:x":"12345678"}`;
    const { controls } = readInfotext(`a cat\n${settings}${hashes}`).settings;
    expect(controls).toEqual([{ module: 'canny', model: 'x', weight: 1, start: 0, end: 1 }]);
    expect(readInfotext(`a cat\n${settings}${hashes}`).resources).toEqual([]);
  });

  it('is no node and no method of ComfyUI’s', () => {
    const recipe = readComfy(
      nodes({
        1: ['KSampler', { seed: 1, steps: 9, positive: ['2', 0], latent_image: ['4', 0] }],
        2: ['ControlNetApply', { control_net: ['3', 0], image: ['5', 0] }],
        3: ['ControlNetLoader', { control_net_name: 'edges.safetensors' }],
        4: ['LatentUpscale', { upscale_method: name, samples: ['6', 0] }],
        5: [name, {}],
        6: ['KSampler', { seed: 1, steps: 9 }],
      }),
    );
    expect(recipe?.settings.hires?.upscaler).toBe('Latent');
    expect(recipe?.unknown).toContainEqual(['Upscale method', name]);
    const one = readComfy(
      nodes({
        1: ['KSampler', { seed: 1, steps: 9, positive: ['2', 0] }],
        2: ['ControlNetApply', { control_net: ['3', 0], image: ['5', 0] }],
        3: ['ControlNetLoader', { control_net_name: 'edges.safetensors' }],
        5: [name, {}],
      }),
    );
    expect(one?.settings.controls).toMatchObject([{ model: 'edges', module: 'none' }]);
  });

  it('is no way to draw of Fooocus’', () => {
    const json = JSON.stringify({ metadata_scheme: 'fooocus', prompt: 'a cat', performance: name });
    expect(readListed(json)?.settings).not.toHaveProperty('steps');
  });

  it('is no upscaler that a workflow could be written with', () => {
    const settings = { hires: { upscaler: name, strength: 0.5 } };
    const recipe: Recipe = { tool: { name: 'A1111' }, settings, resources: [], unknown: [] };
    expect(() => JSON.parse(writeComfy(recipe).prompt) as unknown).not.toThrow();
    expect(writeComfy(recipe).prompt).toContain('"upscale_method":"lanczos"');
  });
});

const MANY = 400_000;

/** EXIF of one entry, a user's comment of so many bytes. */
function commentOf(words: Uint8Array): Uint8Array {
  const tiff = new Uint8Array(26 + words.length);
  const view = new DataView(tiff.buffer);
  tiff.set(new TextEncoder().encode('II*\0'));
  view.setUint32(4, 8, true);
  view.setUint16(8, 1, true);
  view.setUint16(10, 0x9286, true);
  view.setUint16(12, 7, true);
  view.setUint32(14, words.length, true);
  view.setUint32(18, 26, true);
  tiff.set(words, 26);
  return tiff;
}

describe('takes time in proportion to its length:', () => {
  it('a comment that is nothing but zeros up to its last letter', () => {
    const words = new Uint8Array(8 + MANY).fill(0);
    words[words.length - 1] = 65;
    expect(exifTexts(commentOf(words)).get('parameters')).toHaveLength(MANY);
  });

  it('JSON with a text that nothing ends', () => {
    expect(parseExact(`{"a":"${'\\"'.repeat(MANY)}`)).toBeNull();
    expect(parseExact(`{"a":"${'\\"'.repeat(MANY)}\\`)).toBeNull();
  });

  it('a prompt of blanks in NovelAI’s braces, and one of quotation marks in InvokeAI’s', () => {
    expect(fromBraces(`{a${' '.repeat(MANY)}b}`)).toMatch(/^\(a *b:1\.05\)$/);
    expect(fromCompel("'".repeat(MANY))).toHaveLength(MANY);
    expect(fromCompel("it's++ 'quoted'")).toBe("(it's:1.21) 'quoted'");
  });
});

describe('a plain list', () => {
  it('in XMP, of which much begins and nothing ends', () => {
    expect(commentInXmp('<exif:UserComment>'.repeat(MANY))).toBe('');
    const open = '<'.repeat(MANY);
    expect(commentInXmp(`<exif:UserComment>${open}</exif:UserComment>`)).toBe(open);
  });

  it('with a weight that is no number, and cannot be made one', () => {
    const json = (weight: unknown) =>
      readListed(JSON.stringify({ metadata_scheme: 'fooocus', prompt: 'a cat', loras: [['b', weight]] }));
    expect(json({ toString: 1, valueOf: 1 })?.settings.prompt).toBe('a cat <lora:b:1>');
    expect(json('0.5')?.settings.prompt).toBe('a cat <lora:b:0.5>');
  });
});

describe('what asks for more than any tool draws is not taken over, and told', () => {
  const asking = { tool: { name: 'Drobe' }, resources: [], unknown: [] } as const;
  it.each<[keyof RecipeSettings, RecipeSettings, string]>([
    ['batch', { batch: { index: 4, count: 4 } }, '5 of 4'], // of which there is no noise
    ['batch', { batch: { index: 0, count: 1e9 } }, '1 of 1000000000'],
    ['resizeFrom', { resizeFrom: { width: 1e6, height: 1e6 } }, '1000000x1000000'],
    ['t5Tokens', { t5Tokens: 1e9 }, '1000000000'],
  ])('%s', (name, settings, told) => {
    const plain = { prompt: 'a', sampler: 'Euler', steps: 9, seed: 1n, width: 64, height: 64 } as const;
    const recipe = { ...asking, settings: { ...plain, ...settings } };
    const { unknown, settings: kept } = recipeInFragment(fragmentOf(recipe))!;
    expect(kept).toEqual(plain);
    expect(unknown).toEqual([[expect.any(String), told]]);
    const inText = recipeInText(writeInfotext(recipe))!;
    expect(inText.settings[name]).toBeUndefined();
    expect(inText.unknown).toEqual([[expect.any(String), told]]);
  });

  it('a batch that is drawn stays', () => {
    const settings = { batch: { index: 4095, count: 4096 } };
    expect(recipeInFragment(fragmentOf({ ...asking, settings }))).toEqual({ ...asking, settings });
  });
});

describe('a workflow', () => {
  const COUNT = 4900;

  it('of which each of many pictures goes in the same circle', () => {
    const ring = Array.from({ length: COUNT / 2 }, (_, i) => [
      [`s${i}`, ['SaveImage', { images: [`d${i}`, 0] }]] as const,
      [`d${i}`, ['VAEDecode', { samples: [`d${(i + 1) % (COUNT / 2)}`, 0] }]] as const,
    ]).flat();
    const recipe = readComfy(nodes({ ...Object.fromEntries(ring), k: ['KSampler', { seed: 5 }] }));
    expect(recipe?.settings.seed).toBe(5n);
  });

  it('that says over and over that it is posted, is none', () => {
    expect(readComfy(`${'{"prompt":'.repeat(MANY)}{}${'}'.repeat(MANY)}`)).toBeNull();
  });

  it('of which each of many loaders stands behind the same long row of stacks', () => {
    const stacks = Array.from(
      { length: COUNT - 50 },
      (_, i) =>
        [
          `s${i}`,
          ['LoRA Stacker', { lora_stack: [`s${i + 1}`, 0], lora_name_1: 'a', lora_name_2: 'b' }],
        ] as const,
    );
    const loaders = Array.from(
      { length: 50 },
      (_, i) => [`l${i}`, ['CR Apply LoRA Stack', { lora_stack: ['s0', 0] }]] as const,
    );
    const text = nodes({
      ...Object.fromEntries([...stacks, ...loaders]),
      k: ['KSampler', { seed: 5, model: ['l0', 0] }],
    });
    expect(readComfy(text)?.settings.seed).toBe(5n);
  });

  it('of more conditionings, one behind the other, than anyone has', () => {
    const row = Array.from(
      { length: COUNT },
      (_, i) => [`c${i}`, ['ConditioningConcat', { conditioning_to: [`c${i + 1}`, 0] }]] as const,
    );
    const text = nodes({
      ...Object.fromEntries(row),
      k: ['KSampler', { seed: 5, positive: ['c0', 0] }],
    });
    expect(readComfy(text)?.settings).toMatchObject({ seed: 5n, prompt: '' });
  });
});

it('lists of LoRAs that go in circles, and texts that are put together again and again, end', () => {
  const circle = readComfy(
    nodes({
      1: ['KSampler', { seed: 1, steps: 9, model: ['2', 0], positive: ['5', 0] }],
      2: ['CR Apply LoRA Stack', { model: ['4', 0], clip: ['4', 1], lora_stack: ['3', 0] }],
      3: ['LoRA Stacker', { lora_name_1: 'ink.pt', lora_wt_1: 1, lora_stack: ['3', 0] }],
      4: ['CheckpointLoaderSimple', { ckpt_name: 'x.safetensors' }],
      5: ['CLIPTextEncode', { text: 'a cat', clip: ['2', 1] }],
    }),
  );
  expect(circle?.settings.prompt).toBe('a cat <lora:ink:1>');
  const join = (id: number): [number, [string, object]] => [
    id,
    ['StringConcatenate', { string_a: [`${id - 1}`, 0], string_b: [`${id - 1}`, 0] }],
  ];
  const tower = readComfy(
    nodes({
      ...Object.fromEntries(Array.from({ length: 60 }, (_, i) => join(101 + i))),
      1: ['KSampler', { seed: 1, steps: 9, positive: ['2', 0] }],
      2: ['CLIPTextEncode', { text: ['160', 0] }],
      100: ['PrimitiveString', { value: 'x'.repeat(2 ** 21) }],
    }),
  );
  expect(tower?.settings.prompt?.length).toBeLessThanOrEqual(100_000);
});
