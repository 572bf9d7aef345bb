import { full } from '../fake';
import { describe, expect, test } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import { clean, fileName, saveName } from '../../../../src/ui/words/format';
import { en } from '../../../../src/ui/words/en';
import { lt } from '../../../../src/ui/words/lt';
import { readHeader } from '../../../../src/weights/safetensors';

test('a truncated file is told with its name and sizes', () => {
  const error = new DrobeError('file-truncated', { expectedBytes: 28.1e6, actualBytes: 3.1e6 });
  expect(en.problems.sentence(error, 'anything.safetensors')).toBe(
    'anything.safetensors is incomplete: 3.1 MB of 28.1 MB arrived, 25 MB are missing. Download it again and import the full file.',
  );
});

test('of a file that ends in its header no more is told than it says', async () => {
  const start = new Uint8Array([100, 0, 0, 0, 0, 0, 0, 0, 123]);
  const error = await readHeader(new Blob([start])).catch((thrown: unknown) => thrown as DrobeError);
  expect(en.problems.sentence(error as DrobeError, 'a')).toBe(
    'a is incomplete: 9 bytes of at least 108 bytes arrived, at least 99 bytes are missing. Download it again and import the full file.',
  );
});

test.each([
  [
    'VAE',
    "sd.safetensors has no VAE (which makes pixels of what was drawn), and nothing on this device can lend one. Import the full checkpoint, which holds all parts in one file, or the missing part of the model's folder, vae/diffusion_pytorch_model.safetensors.",
  ],
  [
    'VAE and text encoder',
    "sd.safetensors has no VAE and text encoder, and nothing on this device can lend one. Import the full checkpoint, which holds all parts in one file, or the missing part of the model's folder, vae/diffusion_pytorch_model.safetensors, text_encoder/model.safetensors.",
  ],
])('a model without some part is told which file to add: %s', (part, words) => {
  expect(en.problems.sentence(new DrobeError('missing-part', { part }), 'sd.safetensors')).toBe(words);
});

test('a weight that is no number is told by name, and in which file it is', () => {
  const facts = { key: 'x.weight', count: 3 };
  expect(en.problems.sentence(new DrobeError('weight-not-a-number', facts), 'sd.safetensors')).toBe(
    'sd.safetensors is damaged or was merged badly: its weight x.weight holds values that are no numbers (NaN or infinite, 3 of them). Download it again, or use another file.',
  );
  expect(
    en.problems.sentence(new DrobeError('weight-not-a-number', { ...facts, name: 'winter' }), 'sd'),
  ).toMatch(/^“winter” is/);
  expect(en.problems.sentence(new DrobeError('missing-weight', { key: 'x', name: 'soft' }), 'sd')).toBe(
    '“soft” is incomplete: of its weights, x is missing. It seems to have been cut down, or only partly saved. Download it again or try another file.',
  );
  expect(en.problems.sentence(new DrobeError('bad-weight', { key: 'x', name: 'soft' }), 'sd')).toMatch(
    /^“soft” has/,
  );
});

test('what there is one of is one', () => {
  expect(en.changes.full(1, 1)).toBe('1 picture is kept: the oldest makes room for the next one.');
  expect(en.changes.full(2, 1000)).toBe('1,000 pictures are kept: the 2 oldest make room for the next ones.');
  expect(en.album.strip(1)).toMatch(/^The last picture stays in/);
  expect(en.inspecting.found(null, 1)).toBe('1 tensor');
  expect(en.inspecting.found(1, 1234)).toBe('1 of 1,234 tensors');
  expect(en.library.unusedTensors(1)).toBe('1 of its tensors is not used.');
  expect(en.models.addon({ kind: 'lora', name: 'ink', modules: 1, base: null })).toBe('LoRA, 1 module');
});

describe('what is said of additions', () => {
  const unused = [
    { why: 'text2', such: 'lora_te2_x', count: 72 },
    { why: 'size', such: 'lora_unet_conv_in', count: 1 },
    { why: 'kind', such: 'OFT of PEFT', count: 1200 },
  ] as const;
  const use = { modules: 1417, used: 144, unused };
  const words =
    '144 of 1,417 modules used; 72 belong to a text encoder this model does not have; 1 is for a layer of another size; 1,200 are of a kind not known here (OFT of PEFT)';

  test('how much of a LoRA the chosen model uses', () => {
    const lora = { kind: 'lora', name: 'ink', modules: 1417, base: 'sd_v1' } as const;
    expect(en.models.addon(lora)).toBe('LoRA for sd_v1, 1,417 modules');
    expect(en.models.addon(lora, use)).toBe(`LoRA for sd_v1, ${words}`);
    const part = { modules: 1417, used: 1417, unused: [{ why: 'part', such: 'bias', count: 1 }] } as const;
    expect(en.models.addon(lora, part)).toBe(
      'LoRA for sd_v1, 1,417 of 1,417 modules used; 1 has a part that is not known here (bias)',
    );
    expect(en.models.addon(lora, { modules: 1417, used: 1417, unused: [] })).toBe(
      'LoRA for sd_v1, 1,417 modules',
    );
    expect(en.run.notice({ code: 'lora-in-part', name: 'ink', use })).toBe(`Of the LoRA “ink” ${words}.`);
  });

  test('words, and how many tokens each takes', () => {
    const [one, two] = [
      { trigger: 'a', vectors: 2 },
      { trigger: 'b', vectors: 3 },
    ];
    const said = (...words: { trigger: string; vectors: number }[]) =>
      en.models.addon({ kind: 'embedding', name: 'x', words });
    expect(said(one)).toBe("Textual inversion: say “a”, which takes 2 of a prompt's 75 tokens");
    expect(said(one, { ...two, vectors: 2 })).toMatch(/say “a” or “b”, which takes 2 of/);
    expect(said(one, two)).toMatch(/say “a”, which takes 2 of .* tokens, or “b”, which takes 3 of/);
    const lora = { kind: 'lora', name: 'ink', modules: 2, base: null, words: [one] } as const;
    expect(en.models.addon(lora)).toMatch(/^LoRA, 2 modules, and while it is on “a”, which takes 2 of/);
  });

  test('words that have vectors for other models', () => {
    expect(en.run.notice({ code: 'words-for-others', words: ['toy'] })).toBe(
      '“toy” has vectors for another kind of model, so it was read as any word is.',
    );
    expect(en.run.notice({ code: 'words-for-others', words: ['toy', 'cat'] })).toMatch(/^“toy”, “cat” have/);
  });
});

test('each kind of wrong or damaged file has a en.problems.sentence of its own, with what to do next', () => {
  const sentences = [
    new DrobeError('file-truncated', { expectedBytes: 28.1e6, actualBytes: 3.1e6 }),
    new DrobeError('file-too-long', { extraBytes: 1.5e6 }),
    new DrobeError('file-is-html'),
    new DrobeError('file-is-lfs-pointer'),
    new DrobeError('file-is-pickle'),
    new DrobeError('file-is-archive', { kind: 'zip' }),
    new DrobeError('file-is-other', { kind: 'GGUF' }),
  ].map((error) => en.problems.sentence(error, 'a.safetensors'));
  for (const [i, words] of ['25 MB', '1.5 MB', 'web page', 'Git LFS', 'pickle', 'zip', 'GGUF'].entries()) {
    expect(sentences.filter((text) => text.includes(words))).toEqual([sentences[i]]);
    expect(sentences[i]).toMatch(/\. .*(?:Download|Open|Look|Unpack|Import)/);
  }
});

test('a file without a copy is the way round a full storage only for what is imported', () => {
  const full = { neededBytes: 3e9, freeBytes: 1e9 };
  const said = (facts: ConstructorParameters<typeof DrobeError>[1]) =>
    [en, lt].map((words) => words.problems.sentence(new DrobeError('quota', facts), 'a.safetensors'));
  for (const [i, without] of [/without a copy/, /be kopijos/].entries()) {
    expect(said(full)[i]).toMatch(without);
    expect(said({ ...full, fetched: 1 })[i]).toMatch(/1 GB/);
    expect(said({ ...full, fetched: 1 })[i]).not.toMatch(without);
  }
});

test('facts that are missing leave no holes in a sentence', () => {
  for (const code of [
    'file-truncated',
    'file-too-long',
    'file-is-archive',
    'bad-header',
    'missing-part',
    'quota',
    'other-kind',
    'unknown-kind',
    'unsupported-model',
    'network',
    'image-unreadable',
    'image-damaged',
    'image-too-large',
    'bug',
  ] as const) {
    for (const { problems } of [en, lt])
      expect(problems.sentence(new DrobeError(code))).not.toMatch(/undefined|NaN|\(\)|: \.| {2}/);
  }
});

test('names from files lose control characters and direction marks, and end', () => {
  expect(clean('a\u202Egpj.exe\n\u0000b')).toBe('a gpj.exe b');
  expect(clean('x'.repeat(500))).toHaveLength(120);
});

test('bytes, times and file names read well', () => {
  expect([0, 999, 29_678_606, 999_999_999, 2_132_625_918].map(en.format.bytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '29.7 MB',
    '1 GB',
    '2.1 GB',
  ]);
  expect([40, 9_990, 75_000, 3_700_000].map(en.format.duration)).toEqual([
    '0.0 s',
    '10 s',
    '1 min 15 s',
    '1 h 1 min',
  ]);
  expect([900, 4_200, 33_000, 130_000].map(en.format.timeLeft)).toEqual([
    'about a second left',
    'about 4 s left',
    'about 35 s left',
    'about 2 min left',
  ]);
  expect(fileName(3n, 'A Žuvis, (blue:1.2)')).toBe('drobe-3-a-zuvis-blue-1-2.png');
  expect(fileName(3n, '  ')).toBe('drobe-3.png');
  expect(fileName(3n, 'sun', 0)).toBe('drobe-3-1-sun.png');
});

test('what a stranger calls a file is saved under a plain name', () => {
  expect(saveName('loras/winter.safetensors')).toBe('winter.safetensors');
  expect(saveName('sd v1.5 (ėž).safetensors')).toBe('sd v1.5 (ėž).safetensors');
  for (const [hostile, plain] of [
    ['../../.bashrc', 'model.bashrc'],
    ['C:\\Windows\\con:stream.safetensors', 'con_stream.safetensors'],
    ['\u202Egnp.safetensors', 'gnp.safetensors'],
    ['a\ud800\n\0.safetensors', 'a\ufffd.safetensors'],
    ['<img src=x onerror=alert(1)>.safetensors', '_img src=x onerror=alert(1)_.safetensors'],
    ['..', 'model'],
    ['/.safetensors', 'model.safetensors'],
    [`${'x'.repeat(5000)}.safetensors`, `${'x'.repeat(79)}….safetensors`],
  ] as const) {
    expect(saveName(hostile)).toBe(plain);
  }
});

test('each stage of a run has its words', () => {
  expect(en.run.stage({ kind: 'reading', net: 'UNet', doneBytes: 1e6, totalBytes: 2e7 })).toBe(
    'Reading the UNet, 1 MB of 20 MB',
  );
  expect(en.run.stage({ kind: 'step', step: 7, steps: 20, preview: null, answers: [] })).toBe('Step 7 of 20');
});

test('what a model asks of the machine is said for where it will run', () => {
  const device = { name: 'GPU', float16: true, slow: null, backend: 'webgpu' } as const;
  const unmeasured = { webgpu: 0, wasm: 0 };
  const large = { bytes: 5.13e9, together: false };
  const facts = { ...full().facts, room: { f16: { bytes: 2.13e9, together: true }, f32: large } };
  expect(en.models.room(facts, device, unmeasured)).toBe('Its weights take about 2.1 GB of graphics memory.');
  expect(en.models.room(facts, { ...device, float16: false }, unmeasured)).toContain(
    '5.1 GB, one net after the other',
  );
  expect(en.models.room(facts, { ...device, float16: false, backend: 'wasm' }, unmeasured)).toContain(
    'will most likely not run',
  );
  expect([
    en.models.room(facts, null, unmeasured),
    en.models.room({ ...facts, miniature: true }, device, unmeasured),
  ]).toEqual(['', '']);

  const measured = { webgpu: 2e8, wasm: 1e8 };
  expect(en.models.room(facts, device, measured)).toBe(
    'Its weights take about 2.1 GB of graphics memory. Loading them takes about 10 s.',
  );
  expect(en.models.room(facts, { ...device, float16: false }, measured)).toMatch(
    /Loading the largest takes about 25 s\.$/,
  );
  expect(en.models.room(facts, { ...device, backend: 'wasm' }, measured)).toMatch(
    /of memory\. Loading them takes about 20 s\.$/,
  );
  expect(en.models.room(facts, { ...device, float16: false, backend: 'wasm' }, measured)).not.toContain(
    'Loading',
  );
});

test('a negative prompt that makes no difference is told of', () => {
  const { facts } = full();
  const told = (negative: string, guidance: number, own: object = {}) =>
    en.run.negative({ negative, guidance }, { ...facts, ...own });
  expect(told('blurry', 8, { ignoresNegative: true })).toMatch(/no effect: this model/);
  expect(told('blurry', 1)).toMatch(/no effect at a guidance scale of 1/);
  expect(told('blurry', 1.5)).toBe('');
  expect(told('  ', 1), 'nothing was typed').toBe('');
  expect(told('blurry', 1, { kind: 'instruct' }), 'the picture is still guided').toBe('');
});

test('a new version says what a reload costs, and asks for none while a picture is made', () => {
  expect(en.app.newVersion(false, false)).toBe('A new version of Drobė is ready.');
  expect(en.app.newVersion(false, true)).toMatch(/clears the pictures on this page/);
  expect(en.app.newVersion(true, true)).toMatch(/when this picture is done/);
});

test('where memory runs out it is told for what, how much, and how far it went', () => {
  const facts = { reason: 'x', stage: 'UNet', neededBytes: 5.2e9, loadedBytes: 3.1e9 };
  expect(en.problems.sentence(new DrobeError('out-of-memory', facts))).toBe(
    'There was not enough memory for the UNet, which needs at least 5.2 GB; it ran out after 3.1 GB of its weights were loaded. Everything that saves memory has been tried. Choose a smaller width and height, close other tabs and programs that use the graphics card, or run on the CPU (under Advanced), and try again.',
  );
  expect(en.problems.sentence(new DrobeError('out-of-memory', { ...facts, limitBytes: 2 ** 32 }))).toContain(
    'at least 5.2 GB; at most 4.3 GB can be had here. ',
  );
  expect(en.problems.sentence(new DrobeError('out-of-memory', { reason: 'no canvas' }))).toMatch(
    /^There was not enough memory \(no canvas\)\. Choose/,
  );
});

test('what was done to save memory is told', () => {
  expect(en.run.notice({ code: 'saving-memory', by: 'tile' })).toBe(
    'There is not enough memory for the fastest way, so the picture is encoded and decoded in tiles, which takes longer.',
  );
  expect(en.run.notice({ code: 'fewer-bits', bits: 8 })).toBe(
    'There is not enough memory for the model as it is, so its weights were rounded to 8 bits: the picture is a little different.',
  );
});

test('in which steps the UNet is run whole', () => {
  expect([1, 2, 3, 5, 11, 21].map(en.numbers.wholeRun)).toEqual([
    'Off',
    ...['2nd', '3rd', '5th', '11th', '21st'].map((step) => `Whole run every ${step} step`),
  ]);
});
