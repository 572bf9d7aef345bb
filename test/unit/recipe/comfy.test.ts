import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readComfy } from '../../../src/recipe/comfy/read';
import { writeComfy } from '../../../src/recipe/comfy/write';
import { parseExact } from '../../../src/recipe/json';
import type { Recipe, RecipeSettings } from '../../../src/recipe/recipe';
import { samplerNames, type ScheduleName } from '../../../src/sampling/settings';
import { definitions, type Input } from './comfy-definitions';
import { hundreds, recipes, seed } from './random';

/** Which ComfyUI has not. */
const foreign: readonly string[] = [
  ...['Restart', 'PLMS', 'TCD', 'DDIM CFG++', 'DPM++ 2S', 'DPM++ 3S', 'DPM++ 3M', 'DPM-Solver 2M'],
];
const samplers = samplerNames.filter((sampler) => !foreign.includes(sampler));
const schedules: readonly ScheduleName[] = [
  ...(['Normal', 'Karras', 'Exponential', 'SGM Uniform', 'Simple', 'DDIM', 'Beta', 'KL Optimal'] as const),
  ...(['Align Your Steps', 'Turbo', 'Linear Quadratic'] as const),
];

const name = fc.stringMatching(/^[a-z][\w -]{0,8}\w$/);
const strength = fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10);
const plain = fc.array(
  fc.constantFrom('a cat', '(hat:1.2)', 'in ink,', '((fur))', '\\(sic\\)', '日本', '"', '\n'),
);
const prompt = fc.tuple(
  plain,
  fc.uniqueArray(fc.tuple(name, strength, strength), { maxLength: 3, selector: ([n]) => n }),
);
const text = plain.map((words) => words.join(' ').trim().replace(/ {2,}/g, ' '));
const asked = prompt.map(([words, loras]) =>
  [
    words.join(' ').trim().replace(/ {2,}/g, ' '),
    ...loras.map(([lora, te, unet]) => `<lora:${lora}:${te === unet ? unet : `${te}:${unet}`}>`),
  ]
    .filter(Boolean)
    .join(' '),
);
const side = fc.integer({ min: 8, max: 256 }).map((eighths) => 8 * eighths);
const guidance = fc.integer({ min: 0, max: 60 }).map((halves) => halves / 2);
const some = { sampler: fc.constantFrom(...samplers), schedule: fc.constantFrom(...schedules) };
const fraction = fc.integer({ min: 1, max: 100 }).map((hundredths) => hundredths / 100);

const applied = { model: name, weight: fraction, start: fraction, end: fraction };

/** What ComfyUI's own nodes can say, in the form in which it is read: what is as in the first pass is not said of the second. */
const says = fc
  .record({
    prompt: asked,
    negative: text,
    width: side,
    height: side,
    steps: fc.integer({ min: 1, max: 150 }),
    guidance,
    ...some,
    seed,
    clipSkip: fc.integer({ min: 1, max: 12 }),
    rescale: fc.option(fraction),
    zeroSnr: fc.boolean(),
    prediction: fc.option(fc.constantFrom('epsilon', 'v')),
    mode: fc.constantFrom('text', 'image', 'inpaint', 'instruct'),
    strength: fraction,
    controls: fc.array(
      fc.oneof(
        fc.record({ module: fc.constantFrom('none', 'invert'), ...applied }),
        fc.record({
          ...{ module: fc.constant('canny'), ...applied },
          ...{ a: fc.integer({ min: 3, max: 252 }), b: fc.integer({ min: 3, max: 252 }) },
        }),
        fc.record({ module: fc.constant('none'), ...applied, hintKind: fc.constantFrom('depth', 'tile') }),
      ),
      { maxLength: 3 },
    ),
    batch: fc.option(fc.record({ index: fc.nat({ max: 3 }), count: fc.integer({ min: 4, max: 8 }) })),
    hires: fc.option(
      fc.record(
        {
          upscaler: fc.constantFrom(
            'Latent',
            'Latent (bicubic)',
            'Latent (nearest-exact)',
            'Lanczos',
            'Nearest',
          ),
          strength: fraction,
          steps: fc.integer({ min: 151, max: 200 }),
          guidance: fc.integer({ min: 31, max: 40 }),
          scale: fc.integer({ min: 5, max: 16 }).map((quarters) => quarters / 4),
        },
        { requiredKeys: ['upscaler', 'strength', 'scale'] },
      ),
    ),
  })
  .map(
    ({
      rescale,
      zeroSnr,
      prediction,
      mode,
      strength: far,
      batch,
      hires,
      controls,
      ...rest
    }): RecipeSettings => ({
      ...rest,
      ...(controls.length > 0 && { controls }),
      mode,
      ...(rescale !== null && { guidanceRescale: rescale }),
      // One node says both.
      ...(prediction && { prediction }),
      ...(zeroSnr && { zeroSnr, prediction: prediction ?? 'v' }),
      ...((mode === 'image' || mode === 'inpaint') && { strength: far }),
      ...(mode === 'text' && batch && { batch }),
      ...(mode === 'text' && hires && { hires }),
      ...{ like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU' },
    }),
  );

const own: fc.Arbitrary<Recipe> = fc.record({
  tool: fc.constant({ name: 'ComfyUI' } as const),
  settings: says,
  resources: fc
    .tuple(name, fc.option(name))
    .map(([model, vae]) => [
      ...(vae === null ? [] : [{ kind: 'vae' as const, name: vae }]),
      { kind: 'model' as const, name: model },
    ]),
  unknown: fc.constant([]),
});

it('hundreds of recipes are read from their workflows as they were written, in both forms', () => {
  fc.assert(
    fc.property(own, (recipe) => {
      const { workflow, prompt: run } = writeComfy(recipe);
      expect(readComfy(run)).toEqual(recipe);
      expect(readComfy(workflow)).toEqual(recipe);
    }),
    hundreds,
  );
});

interface Page {
  readonly nodes: readonly (PageNode & Readonly<Record<string, unknown>>)[];
  readonly links: readonly (readonly [number, number, number, number, number, string])[];
}

/** A page with some of its nodes in a subgraph. @param told whether their fields stand outside, and in which form. */
function wrapped(page: Page, inside: ReadonlySet<number>, told: 'not' | 'proxies' | 'inputs'): object {
  const link = ([id, origin_id, origin_slot, target_id, target_slot, type]: Page['links'][number]) => ({
    ...{ id, origin_id, origin_slot, target_id, target_slot, type },
  });
  const within = page.links.filter(([, from, , to]) => inside.has(from) && inside.has(to));
  const coming = page.links.filter(([, from, , to]) => !inside.has(from) && inside.has(to));
  const leaving = page.links.filter(([, from, , to]) => inside.has(from) && !inside.has(to));
  const inner = page.nodes.filter(({ id }) => inside.has(id));
  const seeds = told === 'not' ? [] : inner.filter(({ type }) => type === 'KSampler');
  const given = seeds.map(({ widgets_values }) => widgets_values[0]);
  const isInput = told === 'inputs';
  const emptied = inner.map((node) => ({
    ...node,
    ...(seeds.includes(node) && { widgets_values: [0, ...node.widgets_values.slice(1)] }),
    inputs: [
      ...node.inputs,
      ...(isInput && seeds.includes(node) ? [{ name: 'seed', type: 'INT', link: 90_000 + node.id }] : []),
    ],
  }));
  const named = (i: number): string => `seed_${i}`;
  const definition = {
    id: 'a-b-c',
    nodes: emptied,
    inputs: [
      ...coming.map((_, i) => ({ name: `in_${i}` })),
      ...(isInput ? seeds.map((_, i) => ({ name: named(i) })) : []),
    ],
    outputs: leaving.map((_, i) => ({ name: `out_${i}` })),
    links: [
      ...within.map(link),
      ...coming.map(([id, , , to, slot, type], i) => link([id, -10, i, to, slot, type])),
      ...leaving.map(([id, from, slot, , , type], i) => link([id, from, slot, -20, i, type])),
      ...(isInput ? seeds.map(({ id }, i) => link([90_000 + id, -10, coming.length + i, id, 9, 'INT'])) : []),
    ],
  };
  const instance = {
    id: 5000,
    type: 'a-b-c',
    inputs: [
      ...coming.map(([id], i) => ({ name: `in_${i}`, link: id })),
      ...(isInput ? seeds.map((_, i) => ({ name: named(i), link: null, widget: { name: named(i) } })) : []),
    ],
    properties: told === 'proxies' ? { proxyWidgets: seeds.map(({ id }) => [String(id), 'seed']) } : {},
    widgets_values: given,
  };
  return {
    nodes: [...page.nodes.filter(({ id }) => !inside.has(id)), instance],
    links: [
      ...page.links.filter(([, from, , to]) => !inside.has(from) && !inside.has(to)),
      ...coming.map(([id, from, slot, , , type], i) => [id, from, slot, 5000, i, type]),
      ...leaving.map(([id, , , to, slot, type], i) => [id, 5000, i, to, slot, type]),
    ],
    definitions: { subgraphs: [definition] },
  };
}

it('whatever of a workflow is in a subgraph, it says the same', () => {
  const asJson = (value: object): string =>
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  fc.assert(
    fc.property(
      own,
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      fc.constantFrom('not', 'proxies', 'inputs'),
      (recipe, picks, told) => {
        const page = parseExact(writeComfy(recipe).workflow) as Page;
        const inside = new Set(page.nodes.map(({ id }) => id).filter((_, i) => picks[i]));
        const found = readComfy(asJson(wrapped(page, inside, told)));
        const sorted = (of: Recipe | null) => of && { ...of, resources: new Set(of.resources) };
        expect(sorted(found)).toEqual(sorted(recipe));
      },
    ),
    hundreds,
  );
});

it('subgraphs that hold themselves, or each two of the next, end', () => {
  const node = (id: number, type: string) => ({ id, type, inputs: [] });
  const subgraph = (id: string, ...nodes: object[]) => ({ id, nodes, links: [], inputs: [], outputs: [] });
  const self = {
    nodes: [node(1, 's')],
    links: [],
    definitions: { subgraphs: [subgraph('s', node(1, 's'))] },
  };
  expect(readComfy(JSON.stringify(self))).toBeNull();
  const all = Array.from({ length: 30 }, (_, i) =>
    subgraph(`s${i}`, node(1, `s${i + 1}`), node(2, `s${i + 1}`), node(3, 'KSampler')),
  );
  const many = { nodes: [node(1, 's0')], links: [], definitions: { subgraphs: all } };
  expect(readComfy(JSON.stringify(many))).toBeNull();
});

interface RunNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}
interface PageNode {
  readonly id: number;
  readonly type: string;
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly link: number | null }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly links: readonly number[];
  }[];
  readonly widgets_values: readonly unknown[];
}

describe('a workflow of any recipe', () => {
  const check = (test: (recipe: Recipe) => void): void =>
    fc.assert(fc.property(recipes, test), { ...hundreds, numRuns: 100 });

  it('has the inputs that ComfyUI’s nodes have, of their kinds', () => {
    check((recipe) => {
      const nodes = parseExact(writeComfy(recipe).prompt) as Record<string, RunNode>;
      for (const { class_type, inputs } of Object.values(nodes)) {
        const definition = definitions[class_type]!;
        expect(definition, class_type).toBeDefined();
        expect(Object.keys(inputs).sort()).toEqual(Object.keys(definition.inputs).sort());
        for (const [input, value] of Object.entries(inputs)) {
          const kind = definition.inputs[input]!;
          expect(
            fits(kind, value, nodes),
            `${class_type}.${input}: ${String(value)} as ${String(kind)}`,
          ).toBe(true);
        }
      }
    });
  });

  it('is linked the same way on the page, and its fields stand in ComfyUI’s order', () => {
    check((recipe) => {
      const written = writeComfy(recipe);
      const nodes = parseExact(written.prompt) as Record<string, RunNode>;
      const page = parseExact(written.workflow) as {
        nodes: PageNode[];
        links: [number, number, number, number, number, string][];
      };
      const links = new Map(page.links.map((link) => [link[0], link]));
      for (const node of page.nodes.filter(({ type }) => type !== 'Note')) {
        const run = nodes[node.id]!;
        expect(node.type).toBe(run.class_type);
        const { inputs, outputs } = definitions[node.type]!;
        expect(node.outputs.map(({ type }) => type)).toEqual(outputs);
        for (const { name: input, type, link } of node.inputs) {
          expect(type).toBe(inputs[input]);
          const [, from, slot, to, toSlot, kind] = links.get(link!)!;
          expect([String(from), slot]).toEqual(run.inputs[input]);
          expect([to, node.inputs[toSlot]!.name, kind]).toEqual([node.id, input, type]);
          expect(page.nodes.find(({ id }) => id === from)!.outputs[slot]!.links).toContain(link);
        }
        const fields = Object.keys(inputs).filter(
          (input) => !node.inputs.some((linked) => linked.name === input),
        );
        const values = fields.flatMap((field) => [
          run.inputs[field],
          ...(inputs[field] === 'SEED' ? ['fixed'] : []),
          ...(node.type === 'LoadImage' ? ['image'] : []),
        ]);
        expect(node.widgets_values).toEqual(values);
      }
    });
  });
});

function fits(kind: Input, value: unknown, nodes: Record<string, RunNode>): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  switch (kind) {
    case 'FILE':
    case 'STRING':
      return typeof value === 'string';
    case 'FLOAT':
      return typeof value === 'number';
    case 'INT':
      return Number.isInteger(value);
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'SEED':
      return /^\d+$/.test(String(value)) && BigInt(String(value)) < 2n ** 64n;
    default: {
      const [node, slot] = value as [string, number];
      return definitions[nodes[node]!.class_type]!.outputs[slot] === kind;
    }
  }
}

const base: Recipe = {
  tool: { name: 'Drobe' },
  settings: { prompt: 'a', like: 'ComfyUI' },
  resources: [],
  unknown: [],
};
const wordsOf = (settings: RecipeSettings, resources: Recipe['resources'] = []): unknown[] =>
  Object.values(parseExact(writeComfy({ ...base, settings, resources }).prompt) as Record<string, RunNode>)
    .filter(({ class_type }) => class_type === 'CLIPTextEncode')
    .map(({ inputs }) => inputs.text);

it('A1111’s weights become ComfyUI’s, of the same numbers, and BREAK another conditioning', () => {
  expect(wordsOf({ prompt: 'a ((b)) [c] (d:1.3) \\(e\\) BREAK f', negative: '' })).toEqual([
    'a (b:1.21) (c:0.909091) (d:1.3) \\(e\\)',
    'f',
    '',
  ]);
  expect(
    wordsOf({ prompt: '(a:1.2) ink', emphasis: 'ComfyUI' }, [{ kind: 'embedding', name: 'ink' }])[0],
  ).toBe('(a:1.2) embedding:ink');
});

it('what ComfyUI does otherwise is said in a note', () => {
  const { notes, workflow } = writeComfy({
    ...base,
    settings: { like: 'A1111', sampler: 'Restart', rng: 'NV' },
  });
  expect(notes.join(' ')).toMatch(/as A1111 does.*graphics card|no sampler Restart/);
  expect(workflow).toContain('"type":"Note"');
  expect(
    writeComfy({ ...base, settings: { prompt: 'a', like: 'ComfyUI', emphasis: 'ComfyUI' } }).notes,
  ).toEqual([]);
});

describe('workflows of others', () => {
  const api = (more: object): string =>
    JSON.stringify({
      3: {
        class_type: 'KSampler',
        inputs: {
          ...{
            seed: 5,
            steps: 20,
            cfg: 8,
            sampler_name: 'dpmpp_2m_sde_gpu',
            scheduler: 'karras',
            denoise: 1,
          },
          ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
        },
      },
      4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd\\v1-5.safetensors' } },
      5: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 768, batch_size: 1 } },
      6: { class_type: 'CLIPTextEncode', inputs: { text: 'a cat', clip: ['4', 1] } },
      7: { class_type: 'CLIPTextEncode', inputs: { text: 'bad', clip: ['4', 1] } },
      8: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
      9: { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['8', 0] } },
      ...more,
    });

  it('ComfyUI’s own first one', () => {
    expect(readComfy(api({}))).toEqual({
      tool: { name: 'ComfyUI' },
      settings: {
        ...{ like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU', mode: 'text', clipSkip: 1 },
        ...{ prompt: 'a cat', negative: 'bad', width: 512, height: 768, steps: 20, guidance: 8, seed: 5n },
        ...{ sampler: 'DPM++ 2M SDE', schedule: 'Karras' },
      },
      resources: [{ kind: 'model', name: 'v1-5' }],
      unknown: [],
    });
  });

  it('one whose nodes were in a subgraph, as ComfyUI runs it', () => {
    const inside = api({})
      .replace(/"([3-7])":\{/g, '"57:$1":{')
      .replace(/\["([3-7])",/g, '["57:$1",');
    expect(readComfy(inside)).toEqual(readComfy(api({})));
  });

  it('a seed of 64 bits is kept exactly', () => {
    expect(readComfy(api({}).replace('"seed":5', '"seed":18446744073709551615'))?.settings.seed).toBe(
      2n ** 64n - 1n,
    );
  });

  it('values come through primitives and reroutes, and strange nodes are named', () => {
    const recipe = readComfy(
      api({
        6: { class_type: 'CLIPTextEncode', inputs: { text: ['20', 0], clip: ['4', 1] } },
        20: { class_type: 'String Literal', inputs: { string: 'a dog' } },
        21: { class_type: 'FreeU_V2', inputs: {} },
      }),
    );
    expect(recipe?.settings.prompt).toBe('a dog');
    expect(recipe?.unknown).toEqual([
      ['Node', 'String Literal'],
      ['Node', 'FreeU_V2'],
    ]);
  });

  it('texts that are put together, by whichever pack, and encoders with other fields', () => {
    const joined = {
      20: { class_type: 'PrimitiveStringMultiline', inputs: { value: 'a dog' } },
      21: {
        class_type: 'StringConcatenate',
        inputs: { string_a: ['20', 0], string_b: 'in snow', delimiter: ', ' },
      },
      6: {
        class_type: 'smZ CLIPTextEncode',
        inputs: { text: ['21', 0], text_g: '', text_l: '', clip: ['4', 1] },
      },
    };
    const recipe = readComfy(api(joined));
    expect(recipe?.settings.prompt).toBe('a dog, in snow');
    expect(recipe?.unknown).toEqual([['Node', 'smZ CLIPTextEncode']]);
  });

  it('LoRAs that a node lists, a loader of many things and a sampler that decodes', () => {
    const recipe = readComfy(
      JSON.stringify({
        1: {
          class_type: 'Efficient Loader',
          inputs: {
            ...{ ckpt_name: 'v1-5.safetensors', vae_name: 'Baked VAE', clip_skip: -2, lora_name: 'None' },
            ...{ positive: 'a cat', negative: 'bad', lora_stack: ['2', 0] },
            ...{ empty_latent_width: 512, empty_latent_height: 768, batch_size: 1 },
          },
        },
        2: {
          class_type: 'LoRA Stacker',
          inputs: { lora_count: 1, lora_name_1: 'ink.pt', lora_wt_1: 0.5, lora_name_2: 'no' },
        },
        3: {
          class_type: 'Power Lora Loader (rgthree)',
          inputs: {
            ...{
              model: ['1', 0],
              clip: ['1', 5],
              lora_1: { on: true, lora: 'hat.safetensors', strength: 0.8 },
            },
            lora_2: { on: false, lora: 'off.safetensors', strength: 1 },
          },
        },
        4: {
          class_type: 'KSampler (Efficient)',
          inputs: {
            ...{ seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras', denoise: 1 },
            ...{
              model: ['3', 0],
              positive: ['1', 1],
              negative: ['1', 2],
              latent_image: ['1', 3],
              optional_vae: ['1', 4],
            },
          },
        },
        5: { class_type: 'SaveImage', inputs: { images: ['4', 5] } },
      }),
    );
    expect(recipe?.settings).toMatchObject({
      ...{ prompt: 'a cat <lora:ink:0.5> <lora:hat:0.8>', negative: 'bad', clipSkip: 2, width: 512 },
      ...{ height: 768, seed: 5n, steps: 20, guidance: 7, sampler: 'Euler', schedule: 'Karras' },
    });
    expect(recipe?.resources).toEqual([{ kind: 'model', name: 'v1-5' }]);
    expect(recipe?.unknown).toEqual([]);
  });

  const easy = (more: object, loader = 'easy fullLoader'): string =>
    JSON.stringify({
      1: {
        class_type: loader,
        inputs: {
          ...{
            ckpt_name: 'v1-5.safetensors',
            vae_name: 'kl.pt',
            clip_skip: -2,
            lora_name: 'hat.safetensors',
          },
          ...{ lora_model_strength: 0.8, lora_clip_strength: 0.8, optional_lora_stack: ['2', 0] },
          ...{ resolution: '512 x 768', empty_latent_width: 64, empty_latent_height: 64, batch_size: 1 },
          ...{ positive: ['6', 0], negative: 'bad' },
          ...(loader === 'easy fullLoader' && { positive_weight_interpretation: 'comfy' }),
        },
      },
      2: {
        class_type: 'easy loraStack',
        inputs: {
          ...{ toggle: true, mode: 'simple', num_loras: 1, lora_1_name: 'ink.pt', lora_1_strength: 0.5 },
          ...{ lora_2_name: 'no', lora_2_strength: 1 },
        },
      },
      4: {
        class_type: 'easy preSampling',
        inputs: {
          ...{ pipe: ['1', 0], seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras' },
          denoise: 1,
        },
      },
      5: { class_type: 'easy kSampler', inputs: { pipe: ['4', 0], image_output: 'Preview', link_id: 0 } },
      6: { class_type: 'easy positive', inputs: { positive: 'a cat' } },
      ...more,
    });

  it('loaders and samplers that hand on all they have along one link', () => {
    const recipe = readComfy(easy({}));
    expect(recipe).toEqual({
      tool: { name: 'ComfyUI' },
      settings: {
        ...{ like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU', mode: 'text', clipSkip: 2 },
        ...{ prompt: 'a cat <lora:ink:0.5> <lora:hat:0.8>', negative: 'bad', width: 512, height: 768 },
        ...{ seed: 5n, steps: 20, guidance: 7, sampler: 'Euler', schedule: 'Karras' },
      },
      resources: [
        { kind: 'vae', name: 'kl' },
        { kind: 'model', name: 'v1-5' },
      ],
      unknown: [],
    });
  });

  it('the same with what is otherwise: A1111’s weights, the noise of a card, a picture, one node for all', () => {
    const full = {
      4: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      5: {
        class_type: 'easy fullkSampler',
        inputs: {
          ...{ pipe: ['1', 0], seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras' },
          ...{ denoise: 0.6, image: ['4', 0] },
        },
      },
      9: { class_type: 'SaveImage', inputs: { images: ['5', 1] } },
    };
    expect(readComfy(easy(full, 'easy a1111Loader'))?.settings).toMatchObject({
      ...{ emphasis: 'A1111', rng: 'CPU', mode: 'image', strength: 0.6, steps: 20 },
      prompt: 'a cat <lora:ink:0.5> <lora:hat:0.8>',
    });
    const advanced = {
      4: {
        class_type: 'easy preSamplingAdvanced',
        inputs: {
          ...{ pipe: ['1', 0], seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'karras' },
          ...{ start_at_step: 4, end_at_step: 10_000, add_noise: 'enable (GPU=A1111)' },
        },
      },
    };
    const recipe = readComfy(easy(advanced));
    expect(recipe?.settings).toMatchObject({ rng: 'NV', seed: 5n, steps: 20 });
    expect(recipe?.unknown).toEqual([['Steps run', '4 to 10000']]);
  });

  it('noise and guidance as nodes of their own; what Flux alone has is named', () => {
    const custom = {
      3: {
        class_type: 'SamplerCustomAdvanced',
        inputs: {
          noise: ['10', 0],
          guider: ['11', 0],
          sampler: ['12', 0],
          sigmas: ['13', 0],
          latent_image: ['5', 0],
        },
      },
      5: { class_type: 'EmptySD3LatentImage', inputs: { width: 1024, height: 1024, batch_size: 1 } },
      10: { class_type: 'RandomNoise', inputs: { noise_seed: 9 } },
      11: {
        class_type: 'CFGGuider',
        inputs: { model: ['4', 0], positive: ['6', 0], negative: ['7', 0], cfg: 4.5 },
      },
      12: { class_type: 'KSamplerSelect', inputs: { sampler_name: 'dpmpp_2m' } },
      13: {
        class_type: 'BasicScheduler',
        inputs: { scheduler: 'beta', steps: 28, denoise: 1, model: ['4', 0] },
      },
    };
    const recipe = readComfy(api(custom));
    expect(recipe?.settings).toMatchObject({
      ...{ prompt: 'a cat', negative: 'bad', width: 1024, height: 1024, seed: 9n, guidance: 4.5, steps: 28 },
      ...{ sampler: 'DPM++ 2M', schedule: 'Beta' },
    });
    expect(recipe?.unknown).toEqual([]);
    const flux = readComfy(
      api({
        ...custom,
        4: { class_type: 'UNETLoader', inputs: { unet_name: 'flux1-dev.safetensors' } },
        6: { class_type: 'CLIPTextEncode', inputs: { text: 'a cat', clip: ['14', 0] } },
        11: { class_type: 'BasicGuider', inputs: { model: ['4', 0], conditioning: ['15', 0] } },
        14: { class_type: 'DualCLIPLoader', inputs: { clip_name1: 't5', clip_name2: 'l', type: 'flux' } },
        15: { class_type: 'FluxGuidance', inputs: { conditioning: ['6', 0], guidance: 3.5 } },
      }),
    );
    expect(flux?.settings).toMatchObject({ prompt: 'a cat', guidance: 1 });
    expect(flux?.foreign).toBe('flux');
    expect(recipe?.foreign).toBeUndefined();
    expect(flux?.unknown).toContainEqual(['Node', 'FluxGuidance']);
  });

  it('a run in two parts is one, and as it is posted to a server', () => {
    const part = (from: number, to: number, latent: string, noise: string): object => ({
      class_type: 'KSamplerAdvanced',
      inputs: {
        ...{ add_noise: noise, noise_seed: 5, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'normal' },
        ...{ start_at_step: from, end_at_step: to, model: ['4', 0], positive: ['6', 0], negative: ['7', 0] },
        latent_image: [latent, 0],
      },
    });
    const json = api({ 3: part(16, 10000, '30', 'disable'), 30: part(0, 16, '5', 'enable') });
    const recipe = readComfy(`{"prompt":${json},"client_id":"x"}`);
    expect(recipe?.settings).toMatchObject({ mode: 'text', seed: 5n, steps: 20 });
    expect(recipe?.settings.hires).toBeUndefined();
    expect(recipe?.unknown).toEqual([]);
  });

  it('no workflow is none, and circles end', () => {
    for (const json of ['', '[]', '{}', '{"a": 1}', '{"nodes": [], "links": []}', 'null'])
      expect(readComfy(json)).toBeNull();
    const circle = readComfy(
      api({ 4: { class_type: 'LoraLoader', inputs: { lora_name: 'x', model: ['4', 0], clip: ['4', 1] } } }),
    );
    expect(circle?.settings.prompt).toBe('a cat <lora:x:1>');
  });

  it('a control by the older node, with the preprocessor of an extension', () => {
    const recipe = readComfy(
      api({
        30: { class_type: 'ControlNetLoader', inputs: { control_net_name: 'sd15/canny.safetensors' } },
        31: { class_type: 'LoadImage', inputs: { image: 'x.png' } },
        32: {
          class_type: 'CannyEdgePreprocessor',
          inputs: { low_threshold: 80, high_threshold: 180, resolution: 512, image: ['31', 0] },
        },
        33: {
          class_type: 'ControlNetApply',
          inputs: { conditioning: ['6', 0], control_net: ['30', 0], image: ['32', 0], strength: 0.8 },
        },
      }).replace('"positive":["6",0]', '"positive":["33",0]'),
    );
    expect(recipe?.settings).toMatchObject({
      prompt: 'a cat',
      controls: [
        { module: 'canny', model: 'canny', weight: 0.8, start: 0, end: 1, a: 80, b: 180, resolution: 512 },
      ],
    });
    expect(recipe?.unknown).toEqual([]);
  });

  it('conditionings that meet again and again are read once', () => {
    const combined = (id: number): [string, object] => [
      String(id),
      {
        class_type: 'ConditioningCombine',
        inputs: { conditioning_1: [String(id - 1), 0], conditioning_2: [String(id - 1), 0] },
      },
    ];
    const row = Object.fromEntries(Array.from({ length: 60 }, (_, i) => combined(101 + i)));
    const more = { 100: { class_type: 'CLIPTextEncode', inputs: { text: 'a dog', clip: ['4', 1] } }, ...row };
    const json = api(more).replace('"positive":["6",0]', '"positive":["160",0]');
    expect(readComfy(json)?.settings.prompt).toBe('a dog');
  });

  it('whatever is in it, it is read or not, without an error', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), recipes, fc.nat(), (json, recipe, at) => {
        const { workflow } = writeComfy(recipe);
        const cut = at % workflow.length;
        const broken = [json, workflow.slice(0, cut) + workflow.slice(cut + 7)];
        broken.push(workflow.replace(/"type":"\w+"/, `"type":${json}`));
        for (const one of broken) expect(() => readComfy(one)).not.toThrow();
      }),
      hundreds,
    );
  });
});
