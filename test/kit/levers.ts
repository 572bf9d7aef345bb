/** Levers that need a net of their own, each beside the net without it: in turn, in one process, on the same weights. */
import { sizeOf, type Graph, type Target } from '../../src/graph/graph';
import { keysGraph, outerUNetGraph, textParts, unetGraph, wholeUNetGraph } from '../../src/nets/graphs';
import type { Kept, KeptValue, Value } from '../../src/runtime/session';
import { f32ToF16 } from '../../src/weights/values/half';
import { worstDifference } from '../golden/tensors';
import type { Scale } from './bench';
import { BATCH, inputsOf, shapesOf, sideOf, synthetic, type Family, type Synthetic } from './full-size';
import { targetOf } from './modules';
import type { Facts, Row } from './row';
import { HALF, nameOf, spread } from './times';

type Inputs = Readonly<Record<string, Value>>;
type Ask = (inputs: Inputs, kept?: Kept) => Promise<Float32Array>;

/** Where a lever is tried: one UNet, and what opens nets of it. */
interface Place {
  readonly checkpoint: Synthetic;
  readonly target: Target;
  readonly side: number;
  readonly inputs: Inputs;
  readonly open: (graph: Graph) => Promise<Ask>;
}

/** Two ways to a prediction, which must be the same but for rounding. */
interface Pair {
  readonly without: () => Promise<Float32Array>;
  readonly within: () => Promise<Float32Array>;
}

/** Runs of each: so many, or as many as go into so many seconds, but no fewer than two. */
const RUNS = 20;
const SECONDS = 16;

async function inTurn({ without, within }: Pair): Promise<Facts> {
  const times = { without: [] as number[], within: [] as number[] };
  const clock = async (times: number[], ask: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    await ask();
    times.push(performance.now() - begun);
  };
  const end = performance.now() + 1000 * SECONDS;
  while (times.within.length < RUNS && (times.within.length < 2 || performance.now() < end)) {
    await clock(times.without, without);
    await clock(times.within, within);
    await clock(times.within, within);
    await clock(times.without, without);
  }
  const { 'ms a run': before } = spread(times.without);
  const facts = spread(times.within);
  return {
    'ms a run without': before!,
    ...facts,
    'of the time without': (Number(facts['ms a run']) / Number(before)).toFixed(3),
  };
}

/** The deep feature of a step is good for the next, too (`outerUNet`): here for the same, whose prediction is known. */
async function reuse({ checkpoint, target, side, inputs, open }: Place): Promise<Pair> {
  const size = { batch: BATCH, h: side, w: side };
  const whole = await open(wholeUNetGraph(checkpoint, target, size));
  const outer = await open(outerUNetGraph(checkpoint, target, size));
  const told = sizeOf(inputs.latents!.shape) / BATCH;
  let deep = new Float32Array();
  return {
    async without() {
      const said = await whole(inputs);
      const each = said.length / BATCH;
      const parts = (from: number, to: number): Float32Array<ArrayBuffer> => {
        const out = new Float32Array(BATCH * (to - from));
        for (let n = 0; n < BATCH; n++)
          out.set(said.subarray(n * each + from, n * each + to), n * (to - from));
        return out;
      };
      deep = parts(told, each);
      return parts(0, told);
    },
    within: () => outer({ ...inputs, deep: { data: deep, shape: [BATCH, deep.length / BATCH] } }),
  };
}

/** Keys and values of the prompt made once, not in every step. */
async function keys({ checkpoint, target, side, inputs, open }: Place): Promise<Pair> {
  const size = { batch: BATCH, h: side, w: side };
  const { context, ...others } = inputs;
  const [, tokens, width] = context!.shape as [number, number, number];
  const make = await open(keysGraph(checkpoint, target, { tokens }));
  const made: (Float32Array | Uint16Array)[] = [];
  for (let n = 0; n < BATCH; n++) {
    const data = context!.data.slice(n * tokens * width, (n + 1) * tokens * width);
    const numbers = await make({ context: { data, shape: [1, tokens, width] } });
    made.push(target.dtype === 'f16' ? f32ToF16(numbers) : numbers);
  }
  const kept: Record<string, KeptValue> = {};
  let begin = 0;
  for (const { name, shape } of textParts(checkpoint, target, tokens)) {
    const end = begin + sizeOf(shape);
    kept[name] = { parts: made.map((all) => all.subarray(begin, end)), shape: shape.with(0, BATCH) };
    begin = end;
  }
  const asking = await open(unetGraph(checkpoint, target, size));
  const told = await open(unetGraph(checkpoint, target, { ...size, text: 'keys' }));
  return { without: () => asking(inputs), within: () => told(others, kept) };
}

function leverRow(
  what: string,
  lever: (place: Place) => Promise<Pair>,
  family: Family,
  worth: number,
  scale: Scale,
): Row {
  const dtype = 'f16';
  return {
    name: `${nameOf({ family, kind: 'unet' }, scale)}: ${dtype}, ${what}`,
    part: 'time',
    worth,
    seconds: 120,
    bound: HALF,
    by: 'webgpu',
    alone: true,
    async run(bench) {
      const target = targetOf(bench, dtype);
      const checkpoint = synthetic(shapesOf(bench.kit, family, scale));
      const side = sideOf(family, scale);
      const inputs = await inputsOf(checkpoint, 'unet', side);
      const { sessions, openDevice } = bench.machine;
      const releases: (() => Promise<void>)[] = [];
      const open = async (graph: Graph): Promise<Ask> => {
        const net = await sessions.open(graph, checkpoint, openDevice);
        releases.push(() => net.release());
        return (inputs, kept = {}) => net.run(inputs, kept);
      };
      try {
        const pair = await lever({ checkpoint, target, side, inputs, open });
        const expected = await pair.without();
        return { worst: worstDifference(await pair.within(), expected), facts: await inTurn(pair) };
      } finally {
        for (const release of releases) await release();
      }
    },
  };
}

export const leverRows = (scale: Scale): Row[] => [
  leverRow('keys and values of the prompt once', keys, 'sd1', 291, scale),
  leverRow('its deep feature reused', reuse, 'sd1', 290, scale),
  leverRow('keys and values of the prompt once', keys, 'sdxl', 233, scale),
  leverRow('its deep feature reused', reuse, 'sdxl', 232, scale),
];
