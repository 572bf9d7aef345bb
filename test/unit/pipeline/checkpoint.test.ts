import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../../src/errors';
import type { Bits, Graph } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { Checkpoint } from '../../../src/pipeline/checkpoint';
import type { Progress } from '../../../src/pipeline/job';
import { noSavings } from '../../../src/pipeline/memory/savings';
import type { Machine } from '../../../src/runtime/device';
import type { Net, Sessions, Value } from '../../../src/runtime/session';
import type { Window } from '../../../src/text/windows';
import { memorySource } from '../../../src/weights/source';
import { normal, stableDiffusion15, stableDiffusionXL } from '../nets/stable-diffusion';
import { clipsInside, stableDiffusion35Medium, t5xxl } from '../nets/stable-diffusion-3';

/** No machine here has half precision: this one says it has, and overflows in the ways asked for. */
function halfPrecision(
  outputOf: (dtype: 'f16' | 'f32') => number,
  onRun: (values: Parameters<Net['run']>[0]) => void = () => undefined,
): { machine: Machine; log: string[] } {
  const log: string[] = [];
  const open = (graph: Graph): Promise<Net> => {
    const dtype = graph.placements.some((placement) => placement.dtype === 'f16') ? 'f16' : 'f32';
    log.push(`open ${dtype}`);
    return Promise.resolve({
      run: (values) => {
        onRun(values);
        return Promise.resolve(Float32Array.of(0, outputOf(dtype)));
      },
      isOpen: true,
      release: () => Promise.resolve(void log.push(`release ${dtype}`)),
    } as Partial<Net> as Net);
  };
  const machine: Machine = {
    backend: 'webgpu',
    name: 'test',
    imitated: false,
    float16: true,
    sessions: { open } as Partial<Sessions> as Sessions,
    openDevice: () => Promise.resolve(null),
    limits: { tensor: 2 ** 30, net: Infinity },
    target: (dtype = 'f16') => ({ layout: 'nhwc', dtype, fusedAttention: true, maxScoreBytes: 2 ** 28 }),
    packs: () => Promise.resolve(true),
  };
  return { machine, log };
}

function checkpointOn(machine: Machine, shapes = stableDiffusion15()): Checkpoint {
  const tensors = new Map(
    [...normal(shapes)].map(([name, { shape }]) => [
      name,
      { name, dtype: 'F16' as const, shape, begin: 0, end: 0 },
    ]),
  );
  const model = recognise({ tensors, metadata: new Map() }).model;
  return new Checkpoint(model, { tensors, source: memorySource(new Uint8Array()) }, machine);
}

const windows = (id = 1): Window[] => [{ ids: [id], weights: [1] }];

describe('a net that overflows in half precision', () => {
  it('is run again in full precision, from then on, and the user is told', async () => {
    const { machine, log } = halfPrecision((dtype) => (dtype === 'f16' ? Infinity : 1));
    const checkpoint = checkpointOn(machine);
    const told: Progress[] = [];
    const report = (progress: Progress): unknown => told.push(progress);
    expect([...(await checkpoint.encode(windows(), report))[0]!.context.slice(0, 1)]).toEqual([0]);
    await checkpoint.encode(windows(2), report);
    expect(log).toEqual(['open f16', 'release f16', 'open f32']);
    const notice = { code: 'retried-in-f32', net: 'text encoder' };
    expect(told.filter(({ kind }) => kind === 'notice')).toEqual([{ kind: 'notice', notice }]);
  });

  it('fails by name when full precision does not help', async () => {
    const checkpoint = checkpointOn(halfPrecision(() => NaN).machine);
    await expect(checkpoint.encode(windows(), () => undefined)).rejects.toMatchObject({
      code: 'not-a-number',
      facts: { stage: 'text encoder' },
    });
  });
});

describe('sessions', () => {
  it('stay open for the next picture of the same size, and make room for another size', async () => {
    const { machine, log } = halfPrecision(() => 1);
    const checkpoint = checkpointOn(machine);
    const latents = new Float32Array(4 * 64);
    await checkpoint.decode(latents, { h: 8, w: 8 }, () => undefined);
    await checkpoint.decode(latents, { h: 8, w: 8 }, () => undefined);
    expect(log).toEqual(['open f16']);
    await checkpoint.decode(latents, { h: 4, w: 16 }, () => undefined);
    expect(log).toEqual(['open f16', 'release f16', 'open f16']);
  });

  it('of the text encoder are not needed for the same prompts again', async () => {
    const { machine, log } = halfPrecision(() => 1);
    const checkpoint = checkpointOn(machine);
    const first = await checkpoint.encode(windows(), () => undefined);
    await checkpoint.release();
    expect(await checkpoint.encode(windows(), () => undefined)).toEqual(first);
    expect(log).toEqual(['open f16', 'release f16']);
  });

  it('of the text encoder read no more of a prompt that nobody wants any more, and nothing twice', async () => {
    const stop = new AbortController();
    let runs = 0;
    const { machine } = halfPrecision(
      () => 1,
      () => {
        if (++runs === 2) stop.abort();
      },
    );
    const checkpoint = checkpointOn(machine);
    const many = [1, 2, 3, 4, 5, 6, 7].flatMap((id) => windows(id));
    const { signal } = stop;
    await expect(checkpoint.encode(many, () => undefined, { signal })).rejects.toThrow(/abort/);
    expect(runs).toBe(2);
    await checkpoint.encode(many, () => undefined);
    expect(runs).toBe(4);
  });

  it('of the text encoder stay open for words with vectors of their own, which are read anew where they change', async () => {
    const told: Float32Array[] = [];
    const { machine, log } = halfPrecision(
      () => 1,
      ({ tokens }) => told.push((tokens as Value).data),
    );
    const checkpoint = checkpointOn(machine);
    const word = (value: number) => new Map([[49408, [new Float32Array(768).fill(value)]]]);
    const [two, three] = [word(2), word(3)];
    for (const vectors of [two, two, three])
      await checkpoint.encode(windows(49408), () => undefined, { vectors });
    expect(told.map((tokens) => tokens.subarray(768, 2 * 768).every((x) => x === 2))).toEqual([true, false]);
    expect(told[1]!.subarray(768, 2 * 768).every((x) => x === 3)).toBe(true);
    expect(log).toEqual(['open f16']);
  });

  it('of a full-size model stay together in half precision', () => {
    expect(checkpointOn(halfPrecision(() => 1).machine).resident).toBe(true);
  });

  it('of a full-size model make room for each other in full precision', async () => {
    const { machine, log } = halfPrecision(() => 1);
    const single = { ...machine, target: () => machine.target('f32') };
    const checkpoint = checkpointOn(single);
    expect(checkpoint.resident).toBe(false);
    await checkpoint.encode(windows(), () => undefined);
    await checkpoint.decode(new Float32Array(4 * 64), { h: 8, w: 8 }, () => undefined);
    expect(log).toEqual(['open f32', 'release f32', 'open f32']);
  });
});

describe('memory', () => {
  const save = (side: number, tensor: number, dtype: 'f32' | 'f16' = 'f16') => {
    const { machine } = halfPrecision(() => 1);
    const limits = { tensor, net: Infinity };
    const limited: Machine = { ...machine, limits, target: () => machine.target(dtype) };
    return checkpointOn(limited).settleSavings(noSavings, { h: side, w: side, questions: 2, tokens: 77 });
  };

  it('is not saved where nothing says that it is short', async () => {
    expect(await save(64, 2 ** 30)).toEqual(noSavings);
  });

  it('is saved at once where a tensor would be larger than a buffer can be', async () => {
    expect(await save(192, 2 ** 30)).toEqual({ ...noSavings, tile: 64 });
    expect(await save(128, 2 ** 27, 'f32')).toEqual({ ...noSavings, single: true, tile: 32 });
  });

  const asking = { h: 64, w: 64, questions: 2, tokens: 77 };
  /** What is done without on a machine that holds nets of so many bytes, and computes right with weights in these bits. */
  const saveOn = (net: number, right: readonly Bits[], savings = noSavings) => {
    const { machine } = halfPrecision(() => 1);
    const packs = (bits: Bits): Promise<boolean> => Promise.resolve(right.includes(bits));
    return checkpointOn({ ...machine, packs, limits: { tensor: 2 ** 30, net } }).settleSavings(
      savings,
      asking,
    );
  };

  it('is saved by rounding weights where it is plain that the UNet would not fit, and only as far as is needed', async () => {
    expect(await saveOn(1.9e9, [8, 4])).toEqual(noSavings);
    expect(await saveOn(1.5e9, [8, 4])).toEqual({ ...noSavings, single: true, bits: 8 });
    expect(await saveOn(1.35e9, [8, 4])).toEqual({ ...noSavings, single: true, bits: 4 });
  });

  it('is not saved by what the machine computes wrongly, even where it is asked for', async () => {
    expect(await saveOn(1.5e9, [4])).toEqual({ ...noSavings, single: true, bits: 4 });
    expect(await saveOn(1.5e9, [])).toEqual({ ...noSavings, single: true });
    expect(await saveOn(Infinity, [8], { ...noSavings, bits: 4 })).toEqual(noSavings);
    expect(await saveOn(Infinity, [8], { ...noSavings, bits: 8 })).toEqual({ ...noSavings, bits: 8 });
  });

  /** In how many bits each text encoder of Stable Diffusion XL has its weights; null: in none of these. */
  const bitsOfTexts = async (dtype: 'f32' | 'f16', bits: Bits, right: readonly Bits[] = [8, 4]) => {
    const { machine } = halfPrecision(() => 1);
    const opened: (Bits | null)[] = [];
    const sessions = {
      open: (graph: Graph): Promise<Net> => {
        const [packed] = graph.placements.flatMap(({ form }) =>
          form && form.part !== 'kernels' ? form : [],
        );
        opened.push(packed?.bits ?? null);
        const run = (): Promise<Float32Array> => Promise.resolve(new Float32Array(2));
        return Promise.resolve({
          run,
          isOpen: true,
          release: () => Promise.resolve(),
        } as Partial<Net> as Net);
      },
    } as Partial<Sessions> as Sessions;
    const packs = (own: Bits): Promise<boolean> => Promise.resolve(right.includes(own));
    const limits = { tensor: 2 ** 32, net: Infinity };
    const own: Machine = { ...machine, sessions, packs, limits, target: () => machine.target(dtype) };
    const checkpoint = checkpointOn(own, stableDiffusionXL());
    await checkpoint.settleSavings({ ...noSavings, bits }, asking);
    await checkpoint.encode(windows(), () => undefined);
    return { opened, resident: checkpoint.resident };
  };

  it('is saved by rounding the larger text encoder, too, in half precision only where all nets then stay', async () => {
    expect(await bitsOfTexts('f32', 8)).toEqual({ opened: [null, 8], resident: false });
    expect(await bitsOfTexts('f16', 8)).toEqual({ opened: [null, null], resident: false });
    expect(await bitsOfTexts('f16', 4)).toEqual({ opened: [null, 8], resident: true });
  });

  it('is not saved by rounding a text encoder to bits that are computed wrongly', async () => {
    expect((await bitsOfTexts('f16', 4, [4])).opened).toEqual([null, null]);
  });

  it('is given back by each part of T5, while other nets stay beside it where there is room for one', async () => {
    const shapes = [
      ...stableDiffusion35Medium(),
      ...clipsInside(),
      ...t5xxl('text_encoders.t5xxl.transformer.'),
    ];
    const part = ['open f16', 'release f16'];
    const parts = Array.from({ length: 12 }, () => part).flat();
    for (const bits of [4, 8] as const) {
      const { machine, log } = halfPrecision(() => 1);
      const checkpoint = checkpointOn(machine, new Map(shapes));
      await checkpoint.settleSavings({ ...noSavings, bits }, { ...asking, tokens: 333 });
      expect(checkpoint.readsT5InParts).toBe(true);
      await checkpoint.decode(new Float32Array(16 * 64), { h: 8, w: 8 }, () => undefined);
      await checkpoint.readT5([Int32Array.of(1, 2)], () => undefined);
      await checkpoint.readT5([Int32Array.of(1, 2)], () => undefined); // is known by now
      expect(log).toEqual(bits === 4 ? ['open f16', ...parts] : ['open f16', 'release f16', ...parts]);
    }
  });

  it('is given back at once by a net that found too little of it to run', async () => {
    const { machine, log } = halfPrecision(() => {
      throw new DrobeError('out-of-memory', { reason: 'test' });
    });
    const failed = checkpointOn(machine).encode(windows(), () => undefined);
    await expect(failed).rejects.toMatchObject({ facts: { stage: 'text encoder' } });
    expect(log).toEqual(['open f16', 'release f16']);
  });

  it('is asked for with names and numbers where it runs out', async () => {
    const { machine } = halfPrecision(() => 1);
    const open = (): Promise<Net> => Promise.reject(new DrobeError('out-of-memory', { reason: 'test' }));
    const sessions = { open } as Partial<Sessions> as Sessions;
    const full = checkpointOn({ ...machine, sessions, limits: { tensor: 2 ** 30, net: 2 ** 32 } });
    const failed = await full.encode(windows(), () => undefined).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'out-of-memory',
      facts: { stage: 'text encoder', loadedBytes: 0, limitBytes: 2 ** 32 },
    });
    expect((failed as DrobeError).facts['neededBytes']).toBeCloseTo(170e6, -7);
  });
});
