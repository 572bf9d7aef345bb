/** What the sentences of a language are called with, to hear what they say. */
import { readFileSync } from 'node:fs';
import { nets } from '../../../../src/ui/words/en/models/nets';

/** Stands for a number, a text, a list of one and an object of such: for all of which sentences are made without a choice. */
export const anything: unknown = new Proxy(() => undefined, {
  get(_, name) {
    if (name === Symbol.toPrimitive) return () => '3';
    return name === Symbol.iterator ? () => ['3'][Symbol.iterator]() : anything;
  },
  apply: () => anything,
});

/** An object with some fields; the others are anything. */
const like = (fields: object): object =>
  new Proxy(fields, {
    get: (_, name) => (Object.hasOwn(fields, name) ? Reflect.get(fields, name) : anything),
  });

const kinds = (...names: string[]): object[] => names.map((kind) => like({ kind }));

const codes = [
  ...readFileSync(new URL('../../../../src/errors.ts', import.meta.url), 'utf8')
    .split('export type Facts')[0]!
    .matchAll(/^ {2}\| '([a-z0-9-]+)'/gm),
].map(([, code]) => code!);
/** All problems, with all facts. */
const problems = codes.map((code) => like({ code }));

const words = [{ trigger: 'toy', vectors: 2 }];
const use = like({ used: 1, modules: 2, unused: [{ why: 'text', such: 'a', count: 1 }] });
const addons = [
  like({ kind: 'lora', words }),
  like({ kind: 'embedding', words }),
  ...kinds('vae', 'taesd', 'upscaler', 'parts', 'control', 'image-encoder'),
  like({ kind: 'hint-net', net: 'HED' }),
  like({ kind: 'ip-adapter', variant: 'plus' }),
];
const predicts = [
  { prediction: 'v', zeroSnr: true, sigmaMax: null, told: ['metadata', 'yaml'] },
  { prediction: null, zeroSnr: false, sigmaMax: 120, told: ['marks'] },
];
const facts = predicts.map((said) => like({ kind: 'base', lacks: 'VAE', predicts: said }));

/** By the place of a function in the table, one list of arguments for each call; what stands alone is the only argument. */
const choices: Readonly<Record<string, readonly unknown[]>> = {
  'compared.values.control': [like({ module: 'canny', mode: 'control' })],
  'control.misfit': [[[{ name: 'canny', base: 'Stable Diffusion XL' }]]],
  'control.bringNet': ['depth_anything', 'softedge_hed'],
  'masking.made': [['left', 'rounded']],
  'masking.pull': [[['left', 'top']]],
  'models.addon': addons,
  'models.use': [use],
  'models.remark': kinds('renamed', 'again'),
  'models.room': [
    [
      { miniature: false, room: { f16: { bytes: 2e9, together: true } } },
      { float16: true, backend: 'webgpu' },
      { webgpu: 1e8 },
    ],
  ],
  'nets.called': Object.keys(nets.names),
  'paint.brush': [['fill', { x: 3, y: 4 }, true]],
  'pictures.remark': kinds('reduced', 'clear', 'deep', 'for-print'),
  'pictures.mask': [like({ reading: 'bright', share: 0.5 }), like({ reading: 'clear', share: 0 })],
  'predicts.predicts': predicts,
  'predicts.tellers': predicts,
  'predicts.unusual': predicts,
  'predicts.predictionChoices': predicts,
  'problems.sentence': problems,
  'recipe.tool': [like({ name: 'A1111' })],
  'recipe.resource': [like({ kind: 'control' })],
  'run.news': [
    ...kinds('no-prompt', 'no-upscaler', 'alike', 'waits', 'picture', 'done', 'cancelled', 'failed'),
    like({ kind: 'obstacle', obstacle: 'no-mask' }),
  ],
  'run.stage': [
    ...['fetching', 'reading', 'checking', 'compiling'].map((kind) => like({ kind, net: 'UNet' })),
    ...kinds('waiting', 'step', 'decoding', 'enlarging'),
    ...['prompt', 'picture'].map((what) => ({ kind: 'encoding', what })),
    null,
  ],
  'run.running': [like({ number: 2, of: 3, stopping: false, stage: null })],
  'run.notice': [
    ...['size-rounded', 'resumed', 'fewer-bits', 'bits-refused', 't5-without-tokenizer'],
    ...[
      'lists-missing',
      'words-for-others',
      'tags-ignored',
      'saving-memory',
      'retried-in-f32',
      'lora-in-part',
    ],
  ].map((code) => like({ code, by: 'tile', net: 'UNet', names: ['a'], words: ['a'], tags: ['a'], use })),
  'run.unkept': problems.slice(0, 1),
  'run.title': kinds('running', 'idle'),
  'storage.task': [
    ...kinds('verifying', 'repairing', 'repaired'),
    like({ kind: 'failed', error: problems[0] }),
    like({ kind: 'verified', damaged: ['a', 'b'] }),
  ],
  'strangers.sentence': [
    ['a', 'hat'],
    ['a', 'flux', 'LoRA'],
  ],
  'verdict.verdict': [
    ...facts.map((said) => ({ facts: said })),
    { addon: addons[0] },
    { problem: problems[0] },
  ],
};

/** The lists of arguments with which a function at some place of the table is called. */
export const samples = (place: string): readonly (readonly unknown[])[] =>
  choices[place]?.map((given): readonly unknown[] => (Array.isArray(given) ? given : [given])) ?? [
    [anything, anything, anything, anything],
  ];
