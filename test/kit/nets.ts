/** The golden nets against PyTorch, and what the bundled model draws. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Target } from '../../src/graph/graph';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { generate } from '../../src/pipeline/generate';
import { inspect } from '../../src/pipeline/files/inspect';
import type { Picture } from '../../src/pipeline/job';
import type { Tokenizer } from '../../src/text/windows';
import { loadTokenizer } from '../../src/text/tokenizer';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { GoldenNets, tolerance, type Compared } from '../golden/net-cases';
import type { MiniCase } from '../golden/pipeline-case';
import { pictureDifference } from '../golden/tensors';
import { jobWith } from '../job';
import { goldenIn, type Bench, type Scale } from './bench';
import { compareSD3 } from './mmdit';
import { targetOf } from './modules';
import { Missing, type Row } from './row';

type DType = Target['dtype'];
const dtypes = ['f16', 'f32'] as const;

/** Mean difference of a picture's bytes, relative to 255: half a grey level, and in half precision three. */
const PICTURE = { f32: 0.5 / 255, f16: 3 / 255 };

/** Each net of each golden model that the kit was made with, whether it is still there or not. */
export function netRows(kit: string): Row[] {
  let nets: Readonly<Record<string, readonly string[]>>;
  try {
    nets = JSON.parse(readFileSync(join(kit, 'nets.json'), 'utf8')) as typeof nets;
  } catch {
    return [lost('golden nets', 'nets.json')];
  }
  return Object.entries(nets).flatMap(([model, tests]) =>
    tests.flatMap((test) => dtypes.map((dtype) => netRow(model, test, dtype, tests.some(isMMDiT)))),
  );
}

/** In place of rows that cannot be told without a file. */
const lost = (name: string, file: string): Row => ({
  name,
  part: 'truth',
  worth: 290,
  seconds: 10,
  by: 'webgpu',
  run: () => Promise.reject(new Missing(`${file} is not in the kit`)),
});

const isMMDiT = (test: string): boolean => test.startsWith('mmdit');

function netRow(model: string, test: string, dtype: DType, hasMMDiT: boolean): Row {
  // First the nets that most people have, and the UNet.
  const known = ['sd1', 'sdxl'].includes(model) ? 40 : 0;
  return {
    name: `${model} ${test}, ${dtype}`,
    part: 'truth',
    worth: 320 + known + (dtype === 'f16' ? 20 : 0) + (/^(?:unet|mmdit)$/.test(test) ? 10 : 0),
    seconds: 120,
    bound: tolerance(dtype, model, test),
    by: 'webgpu',
    async run(bench) {
      const target = targetOf(bench, dtype);
      const compare = hasMMDiT ? compareSD3 : compareUNets;
      const found = await compare(bench, model, test, target);
      return {
        worst: found.reduce((most, { worst }) => (worst <= most ? most : worst), 0),
        facts: Object.fromEntries(found.map(({ what, worst }) => [what, worst.toExponential(1)])),
      };
    },
  };
}

async function compareUNets(
  { kit, machine }: Bench,
  model: string,
  test: string,
  target: Target,
): Promise<Compared[]> {
  const nets = await GoldenNets.open(machine, goldenIn(kit), model, target);
  return nets.compare(test);
}

/** Each picture that the bundled model has a golden one of; of a CPU that imitates a card, which draws for minutes, the first. */
export function pictureRows(kit: string, scale: Scale): Row[] {
  let cases: readonly MiniCase[];
  try {
    const file = readFileSync(join(kit, 'golden/mini-sd/cases.json'), 'utf8');
    ({ cases } = JSON.parse(file) as { cases: readonly MiniCase[] });
  } catch {
    cases = [];
  }
  if (cases.length === 0) return [lost('pictures', 'golden/mini-sd/cases.json')];
  const asked = scale === 'full' ? cases : cases.slice(0, 1);
  return asked.flatMap((told) => dtypes.map((dtype) => pictureRow(told, dtype)));
}

function pictureRow(told: MiniCase, dtype: DType): Row {
  return {
    name: `“${told.prompt}” by ${told.sampler}, ${dtype}`,
    part: 'truth',
    worth: 290 + (dtype === 'f16' ? 5 : 0),
    seconds: 180,
    bound: PICTURE[dtype],
    by: 'webgpu',
    async run(bench) {
      targetOf(bench, dtype);
      const picture = await draw(bench, told, dtype);
      const png = await goldenIn(bench.kit).read(`mini-sd/${told.png}`);
      const expected = PNG.sync.read(Buffer.from(png));
      const { mean, worst } = pictureDifference(picture.rgba, expected.data);
      const steps = [...picture.milliseconds.steps].sort((a, b) => a - b);
      return {
        worst: mean / 255,
        facts: {
          'mean of 255': mean.toFixed(3),
          'worst of 255': worst,
          'ms a step': (steps[steps.length >> 1] ?? NaN).toFixed(1),
        },
      };
    },
  };
}

async function draw({ kit, machine }: Bench, told: MiniCase, dtype: DType): Promise<Picture> {
  const file = Uint8Array.from(readFileSync(join(kit, 'mini-sd.safetensors')));
  const header = await readHeader(new Blob([file]));
  const { model, tensors } = inspect(header);
  const checkpoint = new Checkpoint(
    model,
    { tensors, source: memorySource(file) },
    {
      ...machine,
      float16: dtype === 'f16',
      target: (asked = dtype) => machine.target(asked),
    },
  );
  const { png: _, ...job } = told;
  const tools = { checkpoint, tokenizer: await tokenizerIn(kit), report: () => undefined };
  const run = generate(jobWith(job), tools);
  for (;;) {
    const { done, value } = await run.next();
    if (done) {
      await checkpoint.release();
      return value;
    }
  }
}

/** The app's tokenizer, from the files it is served with. */
async function tokenizerIn(kit: string): Promise<Tokenizer> {
  const before = globalThis.fetch;
  globalThis.fetch = async (url) => {
    const path = (url as string).replace('kit://', '');
    return new Response(readFileSync(join(kit, path)));
  };
  try {
    return await loadTokenizer('kit://');
  } finally {
    globalThis.fetch = before;
  }
}
