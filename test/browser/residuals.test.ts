/** What ControlNets give a UNet stays on the graphics card: pictures, bytes and buffers against the way through the CPU. */
import { beforeAll, expect, it } from 'vitest';
import { build, input } from '../../src/graph/graph';
import { scaled } from '../../src/graph/nn';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { generate } from '../../src/pipeline/generate';
import { inspect } from '../../src/pipeline/files/inspect';
import type { Control, Job, Pixels } from '../../src/pipeline/job';
import { findMachine, type Machine } from '../../src/runtime/device';
import { Unusable } from '../../src/runtime/device-value';
import { loadOrt } from '../../src/runtime/ort';
import { SharedDevice } from '../../src/runtime/place';
import { Sessions, type Net } from '../../src/runtime/session';
import { loadTokenizer } from '../../src/text/tokenizer';
import type { Tokenizer } from '../../src/text/windows';
import { readHeader, type TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { withFewBlocks } from '../fewer-blocks';
import { jobWith } from '../job';
import { unzipped } from '../golden/nets-suite';
import { worstDifference } from '../golden/tensors';
import { bytesInUse, limitGpuBytes } from '../gpu-bytes';

const DATA = '/test/golden/data';
const MODEL = 'models/sd1/model';
const NET = 'control/controlnet-sd1/control_v11p_sd15_canny';

let machine: Machine;
let tokenizer: Tokenizer;
let idleBytes: number;
const crossed = { up: 0, down: 0 };

/** Counts bytes that go to devices and come from them: in buffers that the CPU writes or reads. */
function countCrossings(): void {
  /* oxlint-disable typescript/unbound-method -- called with the objects they belong to */
  const { createBuffer } = GPUDevice.prototype;
  const { writeBuffer } = GPUQueue.prototype;
  /* oxlint-enable typescript/unbound-method */
  GPUDevice.prototype.createBuffer = function (descriptor) {
    if (descriptor.mappedAtCreation) crossed.up += descriptor.size;
    if (descriptor.usage & GPUBufferUsage.MAP_READ) crossed.down += descriptor.size;
    return createBuffer.call(this, descriptor);
  };
  GPUQueue.prototype.writeBuffer = function (...asked: Parameters<typeof writeBuffer>) {
    const [, , data, , bytes = data.byteLength] = asked;
    crossed.up += bytes;
    writeBuffer.apply(this, asked);
  };
}

beforeAll(async () => {
  limitGpuBytes();
  countCrossings();
  machine = await findMachine(new Sessions(await loadOrt()), 'webgpu');
  tokenizer = await loadTokenizer(new URL('/', location.href).href);
  idleBytes = bytesInUse();
});

async function fileOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`${DATA}/${path}.safetensors.gzip`);
  return unzipped(new Uint8Array(await response.arrayBuffer()));
}

function stripes(width: number, height: number): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) rgba.set(i % 7 < 2 ? [255, 200, 90, 255] : [0, 0, 0, 255], 4 * i);
  return { width, height, rgba };
}

const side = 48;
const guide: Control = {
  ...{ model: NET, hint: stripes(side, side), weight: 1, start: 0, end: 1 },
  mode: 'balanced',
};
const STEPS = 2;
const job = jobWith({
  ...{ prompt: 'red apple', negative: 'blurry', width: side, height: side, steps: STEPS },
  ...{ guidance: 5, seed: 3 },
});

/** What the UNet predicted in each step, the bytes that crossed in each, and its milliseconds. */
interface Drawn {
  readonly predictions: readonly Float32Array[];
  readonly crossed: readonly { readonly up: number; readonly down: number }[];
  readonly times: readonly number[];
}

/** @param there whether residuals may stay on the device. */
async function draw(checkpoint: Checkpoint, wish: Job, there: boolean): Promise<Drawn> {
  const may = Object.getOwnPropertyDescriptor(checkpoint.controls, 'there')!;
  if (!there) Object.defineProperty(checkpoint.controls, 'there', { get: () => false, set: () => undefined });
  const predict = checkpoint.predict.bind(checkpoint);
  const predictions: Float32Array[] = [];
  checkpoint.predict = async (...asked) => {
    const answer = await predict(...asked);
    predictions.push(answer.slice());
    return answer;
  };
  const steps: { up: number; down: number }[] = [];
  const times: number[] = [];
  let [before, began] = [{ ...crossed }, performance.now()];
  try {
    for await (const told of generate(wish, { checkpoint, tokenizer, report: () => undefined })) {
      if (told.kind === 'step') {
        steps.push({ up: crossed.up - before.up, down: crossed.down - before.down });
        times.push(performance.now() - began);
        if (told.step === STEPS) break; // what is decoded is proved elsewhere
      }
      [before, began] = [{ ...crossed }, performance.now()];
    }
    return { predictions, crossed: steps, times };
  } finally {
    checkpoint.predict = predict;
    Object.defineProperty(checkpoint.controls, 'there', { ...may, value: true });
  }
}

async function guided(controls: readonly Control[]): Promise<Checkpoint> {
  const file = await fileOf(MODEL);
  const { model, tensors } = inspect(withFewBlocks(await readHeader(new Blob([file]))));
  const checkpoint = new Checkpoint(model, { tensors, source: memorySource(file) }, machine);
  checkpoint.decode = () => Promise.resolve(new Float32Array(3 * side * side)); // previews
  await checkpoint.controls.use(
    controls.map((control) => control.model),
    async (name) => {
      const bytes = await fileOf(NET);
      const header = withFewBlocks(await readHeader(new Blob([bytes])));
      return { name, header, source: memorySource(bytes) };
    },
  );
  return checkpoint;
}

it('numbers that a net leaves on the device are added, and fed to another net there, for any members of a batch', async () => {
  const target = machine.target('f32');
  const shape = [3, 5];
  const where = new SharedDevice(machine.openDevice);
  const weights = { tensors: new Map<string, TensorInfo>(), source: memorySource(new Uint8Array()) };
  const open = async (batch: number, factor: number): Promise<Net> => {
    const graph = build({ y: scaled(input('x', [batch, 5], target), factor) });
    return machine.sessions.open(graph, weights, where);
  };
  const [twice, thrice] = [await open(3, 2), await open(2, 3)];
  const data = Float32Array.from({ length: 15 }, (_, i) => i);
  const sum = await twice.runThere({ x: { data, shape } }, shape);
  const more = await thrice.runThere({ x: { data: data.slice(0, 10), shape: [2, 5] } }, [2, 5]);
  sum.add(more, [2, 0]);
  more.release();
  // 2x, and 3 times the first member in the last, 3 times the second in the first; thrice is asked of the last and the first.
  const expected = [2, 0].map((n) =>
    Array.from({ length: 5 }, (_, i) => 3 * (2 * (5 * n + i) + 3 * (n === 0 ? 5 + i : i))),
  );
  expect([...(await thrice.run({ x: { of: sum, rows: [2, 0] } }))]).toEqual(expected.flat());
  await twice.release();
  expect(thrice.isOpen).toBe(false);
  const another = await open(3, 2);
  await expect(another.run({ x: sum })).rejects.toThrow(Unusable);
  sum.release();
  await another.release();
  expect(bytesInUse()).toBe(idleBytes);
});

it('residuals never leave the card, and the UNet predicts what it did when they came through the CPU', async () => {
  expect(machine.backend).toBe('webgpu');
  const controls = [guide];
  const checkpoint = await guided(controls);
  const wish = { ...job, controls };
  const there = await draw(checkpoint, wish, true);
  const through = await draw(checkpoint, wish, false);
  expect(there.predictions).toHaveLength(STEPS);
  const worst = there.predictions.map((one, i) => worstDifference(one, through.predictions[i]!)); // as many
  console.info(`on the card against through the CPU: ${worst.map((x) => x.toExponential(1)).join(', ')}`);
  expect(Math.max(...worst)).toBeLessThan(1e-5);

  const latents = { h: side / 8, w: side / 8 };
  const numbers = checkpoint.controls.residualSizes(latents).reduce((sum, own) => sum + own, 0);
  const bytes = numbers * Float32Array.BYTES_PER_ELEMENT;
  // In the last step nothing is there for the first time.
  const [own, others] = [there.crossed.at(-1)!, through.crossed.at(-1)!]; // there are steps
  const told = ({ up, down }: typeof own): string =>
    `${(up / bytes).toFixed(2)} up, ${(down / bytes).toFixed(2)} down`;
  console.info(`in parts of a question's residuals: ${told(own)}; through the CPU ${told(others)}`);
  const [time, otherTime] = [there.times.at(-1)!, through.times.at(-1)!];
  console.info(`time of a step: ${(time / otherTime).toFixed(2)} of that through the CPU`);
  // Of two questions they came down and went up.
  expect(others.down - own.down).toBe(2 * bytes);
  expect(others.up - own.up).toBe(2 * bytes);
  expect(own.down).toBeLessThan(0.1 * bytes);

  await checkpoint.release();
  expect(bytesInUse()).toBe(idleBytes);
});
