import { describe, expect, it, test } from 'vitest';
import {
  besideOf,
  isSettings,
  mayTell,
  ofFile,
  ofFolder,
  readSettings,
  toldHeader,
} from '../../../src/engine/files/beside';
import { ADAPTER_CONFIG, statedScales } from '../../../src/nets/adapter';
import type { DrobeError } from '../../../src/errors';
import { modelsAmong } from '../../../src/engine/files/models-among';
import { extraOf, storedBeside } from '../../../src/engine/files/stored';
import { whatIs, type What } from '../../../src/engine/files/verdict';
import { TEXT_CONFIG, UNET_CONFIG } from '../../../src/nets/detect/part-config';
import { CONFIG_YAML, SCHEDULER_CONFIG, VAE_CONFIG } from '../../../src/nets/predicts/predicts';
import { blobsOf, mapFiles } from '../../../src/weights/store/layout';
import { readHeader } from '../../../src/weights/safetensors';
import { modelBytes } from '../../golden/models';
import { goldenBytes } from '../../golden/root';
import { tensorsOf, written, type StoredTensor, type StoredTensors } from '../../safetensors';

const config = 'model:\n  params:\n    parameterization: "v"\n';
const scheduler = JSON.stringify({ prediction_type: 'v_prediction', rescale_betas_zero_snr: true });

interface Dropped {
  readonly path: string;
  readonly blob: Blob;
}
const dropped = (path: string, content: Blob | string | Uint8Array<ArrayBuffer>): Dropped => ({
  path,
  blob: new Blob([content]),
});
const read = ({ path, blob }: Dropped) => readSettings(path, path, blob);
const gathered = (...files: Dropped[]) => modelsAmong(files, ({ blob }) => blob);
const sd1 = modelBytes('sd1');
const folder = (name: string): Dropped[] =>
  ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model'].map((part) =>
    dropped(`${name}/${part}.safetensors`, goldenBytes(`models/sd1/diffusers/${part}.safetensors`)),
  );

/** What each model that was found predicts, by its name. */
async function predicted(...files: Dropped[]): Promise<Record<string, unknown>> {
  const { models } = await gathered(...files);
  const all = models.map(async ({ name, layout, beside }) => {
    const whole = new Blob(blobsOf(mapFiles(layout, ({ blob }) => blob)));
    const what = whatIs(await toldHeader(await readHeader(whole), whole, beside), name);
    return [name, 'facts' in what ? what.facts.predicts : null] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}
const v = { prediction: 'v', zeroSnr: false, sigmaMax: null, told: ['yaml'] };
const noise = { prediction: 'epsilon', zeroSnr: false, sigmaMax: null, told: [] };

test('settings are told by their names, and by what is in them', async () => {
  expect(['a.yaml', 'a.YML', 'b/x.json', 'a.safetensors'].map(isSettings)).toEqual([true, true, true, false]);
  expect(
    ['scheduler/scheduler_config.json', 'unet/config.json', 'safety_checker/config.json'].map(mayTell),
  ).toEqual([...[true, true, false]]);
  expect((await read(dropped('a.yaml', config))).kind).toBe(CONFIG_YAML);
  expect((await read(dropped('a.yaml', 'on: push\n'))).kind).toBeNull();
  expect((await read(dropped('s/scheduler_config.json', scheduler))).kind).toBe(SCHEDULER_CONFIG);
  expect((await read(dropped('s/vae/config.json', '{}'))).kind).toBe(VAE_CONFIG);
  expect((await read(dropped('s/adapter_config.json', '{}'))).kind).toBe(ADAPTER_CONFIG);
  expect((await read(dropped('a.yaml', config + ' '.repeat(2 ** 18)))).kind).toBeNull();
});

test('a file is told by the settings of its name, or the only ones where it is the only one', async () => {
  const all = await Promise.all(
    [
      dropped('in/Résumé.yaml', config),
      dropped('in/b.yaml', config),
      dropped('in/scheduler/scheduler_config.json', '{}'),
    ].map(read),
  );
  const named = (path: string, only: boolean) => ofFile(all, path, only).map((one) => one.path);
  expect(named('in/re\u0301sume\u0301.safetensors', false)).toEqual(['in/Résumé.yaml']);
  expect(named('in/c.safetensors', false)).toEqual([]);
  expect(named('in/c.safetensors', true)).toEqual(['in/scheduler/scheduler_config.json']);
  expect(named('c.safetensors', true)).toEqual([]);
  expect(Object.keys(besideOf(ofFolder(all, 'in')))).toEqual([SCHEDULER_CONFIG]);
  const parts = ['unet', 'text_encoder', 'text_encoder_2', 'in/unet'].map((part) => `in/${part}/config.json`);
  const configs = await Promise.all(parts.map((path) => read(dropped(path, '{}'))));
  expect(Object.keys(besideOf(ofFolder(configs, 'in')))).toEqual([UNET_CONFIG, TEXT_CONFIG]);
});

describe('files that are chosen together', () => {
  it('a checkpoint is told by the .yaml of its name, and no other is', async () => {
    expect(
      await predicted(
        dropped('a.safetensors', sd1),
        dropped('b.safetensors', sd1),
        dropped('a.yaml', config),
      ),
    ).toEqual({
      ...{ 'a.safetensors': v, 'b.safetensors': noise },
    });
  });

  it('or by the only one there, whatever it is called', async () => {
    expect(await predicted(dropped('a.safetensors', sd1), dropped('v2-inference-v.yml', config))).toEqual({
      'a.safetensors': v,
    });
  });

  it('a folder is told by its scheduler, which stays with it as metadata', async () => {
    const files = [...folder('my model'), dropped('my model/scheduler/scheduler_config.json', scheduler)];
    const told = { prediction: 'v', zeroSnr: true, sigmaMax: null, told: ['scheduler'] };
    expect(await predicted(...files)).toEqual({ 'my model.safetensors': told });
    const { models } = await gathered(...files);
    const whole = new Blob(blobsOf(mapFiles(models[0]!.layout, ({ blob }) => blob)));
    expect((await readHeader(whole)).metadata.get(SCHEDULER_CONFIG)).toBe(scheduler);
  });

  it('the bytes of a checkpoint stay as they are', async () => {
    const { models } = await gathered(dropped('a.safetensors', sd1), dropped('a.yaml', config));
    const [{ layout, beside }] = models as [(typeof models)[number]];
    expect(layout).toMatchObject({ head: new Uint8Array(), ranges: [{ begin: 0, end: sd1.length }] });
    expect(beside).toEqual({ [CONFIG_YAML]: config });
  });

  it('a .yaml without its checkpoint is handed on, and other settings are told to be alone', async () => {
    const { models, refused, settings } = await gathered(
      ...[
        dropped('b.yaml', config),
        dropped('scheduler_config.json', scheduler),
        dropped('notes.json', '{}'),
      ],
    );
    expect(models).toEqual([]);
    expect(settings.map(({ path }) => path)).toEqual(['b.yaml']);
    expect(refused).toEqual([
      { file: 'scheduler_config.json', problem: { code: 'settings-alone', facts: {} } },
      { file: 'notes.json', problem: { code: 'settings-alone', facts: {} } },
    ]);
  });

  it('settings of a model that are not JSON are told to be unread, and the model is found without them', async () => {
    const unread = async (...files: Dropped[]) => {
      const { models, refused } = await gathered(...files);
      const codes = refused.map(({ file, problem }) => `${file}: ${problem.code}`);
      return [models.map(({ name }) => name), codes];
    };
    const broken = ['scheduler/scheduler_config.json', 'vae/config.json', 'text_encoder/config.json'];
    expect(await unread(...folder('m'), ...broken.map((path) => dropped(`m/${path}`, '<html>')))).toEqual([
      ['m.safetensors'],
      broken.map((path) => `${path}: settings-unread`),
    ]);
    const near = dropped('l/adapter_config.json', '{');
    expect(await unread(dropped('l/adapter_model.safetensors', sd1), near)).toEqual([
      ['adapter_model.safetensors'],
      ['l/adapter_config.json: settings-unread'],
    ]);
  });

  it('what else lies in a folder of a model is passed over, and a .json of other programs beside it', async () => {
    const index = dropped('model_index.json', '{}');
    expect(await gathered(dropped('a.safetensors', sd1), index)).toMatchObject({ refused: [], settings: [] });
    const files = [...folder('m'), dropped('m/vae/config.json', '{}'), dropped('m/docs.yaml', 'a: b')];
    expect(await gathered(...files)).toMatchObject({ refused: [], settings: [] });
  });
});

describe('numbers in the marks of a checkpoint', () => {
  const marked = async (marks: Record<string, StoredTensor>) => {
    const file = written(new Map([...(await tensorsOf(new Blob([sd1]))), ...Object.entries(marks)]));
    const header = await readHeader(file);
    const what = whatIs(await toldHeader(header, file), 'm.safetensors');
    return 'facts' in what ? what.facts.predicts : null;
  };
  const f32 = (value: number): StoredTensor => ({
    dtype: 'F32',
    shape: [],
    bytes: bytesOf(Float32Array.of(value)),
  });
  const bytesOf = ({ buffer }: { readonly buffer: ArrayBuffer }) => new Uint8Array(buffer);

  it('are read whatever their dtype and shape', async () => {
    const told = { prediction: 'v', zeroSnr: false, sigmaMax: 80, told: ['marks'] };
    const least = { 'edm_vpred.sigma_min': f32(0.01) };
    expect(await marked({ ...least, 'edm_vpred.sigma_max': f32(80) })).toEqual(told);
    const f64 = { dtype: 'F64', shape: [1], bytes: bytesOf(Float64Array.of(80)) } as const;
    expect(await marked({ ...least, 'edm_vpred.sigma_max': f64 })).toEqual(told);
    const i64 = { dtype: 'I64', shape: [1], bytes: bytesOf(BigInt64Array.of(80n)) } as const;
    expect(await marked({ 'edm_vpred.sigma_max': i64 })).toEqual(told);
    const bf16 = { dtype: 'BF16', shape: [1, 1], bytes: bytesOf(Uint16Array.of(0x42a0)) } as const;
    expect(await marked({ 'edm_vpred.sigma_max': bf16 })).toEqual(told);
  });

  it('are those at the ends of a long table', async () => {
    const table = (last: number): StoredTensor => ({
      dtype: 'F32',
      shape: [1000],
      bytes: bytesOf(Float32Array.from({ length: 1000 }, (_, i) => 0.999 - ((0.999 - last) * i) / 999)),
    });
    expect(await marked({ alphas_cumprod: table(0) })).toMatchObject({ prediction: 'v', zeroSnr: true });
    expect(await marked({ alphas_cumprod: table(0.0047) })).toMatchObject({ told: [] });
  });

  it('are none where they are of no use', async () => {
    const none = { dtype: 'F32', shape: [0], bytes: new Uint8Array() } as const;
    expect(await marked({ 'edm_vpred.sigma_max': none })).toMatchObject({ sigmaMax: 120 });
    expect(await marked({ 'edm_vpred.sigma_max': f32(NaN) })).toMatchObject({ sigmaMax: 120 });
    const bool = { dtype: 'BOOL', shape: [1], bytes: Uint8Array.of(1) } as const;
    expect(await marked({ v_pred: bool, ztsnr: none })).toMatchObject({ prediction: 'v', zeroSnr: true });
  });
});

it('a LoRA of PEFT counts as much as the file beside it says', async () => {
  const bytes = new Uint8Array(4);
  const at = 'base_model.model.mid_block.attentions.0.proj_in';
  const lora: StoredTensors = new Map(
    ['A', 'B'].map((which) => [`${at}.lora_${which}.weight`, { dtype: 'F32', shape: [1, 1], bytes }]),
  );
  const { models, refused } = await gathered(
    dropped('style/adapter_model.safetensors', written(lora)),
    dropped('style/adapter_config.json', '{"r": 4, "lora_alpha": 2, "alpha_pattern": {"proj_out": 8}}'),
    dropped('style/other.safetensors', written(lora)),
  );
  expect(refused).toEqual([]);
  const scales = models.map(({ beside = {} }) => {
    const scaleOf = statedScales(new Map(Object.entries(beside)));
    return [scaleOf(at)(4), scaleOf(at.replace('proj_in', 'proj_out'))(4)];
  });
  expect(scales).toEqual([
    [0.5, 2],
    [1, 1],
  ]);
  const [{ beside } = {}] = models;
  const what: What = { addon: { kind: 'vae', name: 'x' } };
  expect(storedBeside({ extra: extraOf(what, beside) })).toEqual(beside);
});

describe('UNets that only their numbers tell', () => {
  const unet = goldenBytes('models/sd1/diffusers/unet/diffusion_pytorch_model.safetensors');
  const floats = (shape: readonly number[], value: (i: number) => number): StoredTensor => {
    const count = shape.reduce((product, n) => product * n, 1);
    return {
      dtype: 'F32',
      shape,
      bytes: new Uint8Array(Float32Array.from({ length: count }, (_, i) => value(i)).buffer),
    };
  };
  const scatter = (i: number): number => Math.sin(7 * i) / 50;
  /** What is said of a UNet alone, in diffusers' names, with some of its weights of other numbers. */
  const told = async (channels: number, norm: typeof scatter, first: typeof scatter) => {
    const tensors = await tensorsOf(new Blob([unet]));
    const width = tensors.get('conv_in.weight')!.shape[0]!;
    tensors.set('conv_in.weight', floats([width, channels, 3, 3], first));
    tensors.set('conv_norm_out.weight', floats([width], norm));
    const file = written(tensors);
    try {
      const what = whatIs(await toldHeader(await readHeader(file), file), 'x.safetensors');
      return 'facts' in what ? what.facts.kind : null;
    } catch (thrown) {
      return (thrown as DrobeError).facts;
    }
  };
  const ones = (i: number): number => 0.5 + Math.sin(i) / 10;
  /** As two sets of weights are that have nothing in common. */
  const strange = (i: number): number => Math.sin(i * i);

  it('IC-Light is what a UNet differs by, with one picture beside the latents or two', async () => {
    expect(await told(8, scatter, scatter)).toEqual({ kind: 'ic-light', as: '' });
    expect(await told(12, scatter, scatter)).toEqual({ kind: 'ic-light', as: '' });
    expect(await told(12, ones, strange)).toEqual({ kind: 'ic-light', as: '' });
  });

  it('whatever numbers another UNet has, it is left alone', async () => {
    expect(await told(4, scatter, scatter)).toBe('base');
    expect(await told(9, scatter, scatter)).toBe('inpaint');
  });

  it('an estimator takes the picture as it takes the latents', async () => {
    const twice = (i: number): number => strange((i % 36) + 36 * Math.floor(i / 72)) + strange(i) / 4;
    expect(await told(8, ones, twice)).toEqual({ kind: 'marigold', as: '' });
  });

  it('one that draws is left alone, and so is one of which nothing can be read', async () => {
    expect(await told(4, ones, strange)).toBe('base');
    expect(await told(8, ones, strange)).toBe('instruct');
    expect(
      await told(
        8,
        () => 0,
        () => 0,
      ),
    ).toBe('instruct'); // elsewhere
  });
});
