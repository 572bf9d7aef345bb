/** Does the fused attention kernel compute attention on this device? It did not on every one. */
import { build, input, type Target, type Var } from '../graph/graph';
import { attention, cast, concat, reshape } from '../graph/nn';
import { memorySource } from '../weights/source';
import type { OpenDevice, Sessions, Value } from './session';

/** [queries, keys, heads, head size]: self- and cross-attention as Stable Diffusion has them. */
const CASES = [
  [64, 64, 2, 40],
  [32, 77, 1, 64],
] as const;

/** Runs the cases on a device of its own and compares with plain arithmetic. False too when it cannot run. */
export async function attentionIsRight(
  sessions: Sessions,
  openDevice: OpenDevice,
  target: Target,
): Promise<boolean> {
  const values: Record<string, Value> = {};
  const outputs: Var[] = [];
  const expected: number[] = [];
  for (const [i, [s, l, heads, d]] of CASES.entries()) {
    const [q, k, v] = (['q', 'k', 'v'] as const).map((letter, n) => {
      const shape = [1, letter === 'q' ? s : l, heads * d];
      const value = { data: pattern(shape[1]! * shape[2]!, 3 * i + n + 1), shape };
      values[`${letter}${i}`] = value;
      return { value, v: cast(input(`${letter}${i}`, shape, target), target.dtype) };
    }) as [Tested, Tested, Tested];
    outputs.push(reshape(attention(q.v, k.v, v.v, heads), s * heads * d));
    expected.push(...plainAttention(q.value.data, k.value.data, v.value.data, s, l, heads, d));
  }
  try {
    const [first, ...rest] = outputs as [Var, ...Var[]];
    const graph = build({ mixed: cast(concat(0, first, ...rest), 'f32') });
    const net = await sessions.open(
      graph,
      { tensors: new Map(), source: memorySource(new Uint8Array()) },
      openDevice,
    );
    const actual = await net.run(values);
    await net.release();
    const tolerance = target.dtype === 'f16' ? 2e-2 : 1e-3;
    return expected.every((x, i) => Math.abs(x - actual[i]!) < tolerance);
  } catch {
    return false; // no such kernel here: attention is then written out
  }
}

interface Tested {
  readonly value: { readonly data: Float32Array; readonly shape: number[] };
  readonly v: Var;
}

/** Numbers in −2…2 that look random and are the same everywhere. */
function pattern(count: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => 2 * Math.sin((i + 1) * 12.9898 * seed + seed));
}

function plainAttention(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  s: number,
  l: number,
  heads: number,
  d: number,
): Float32Array {
  const width = heads * d;
  const out = new Float32Array(s * width);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < s; i++) {
      const scores = Array.from({ length: l }, (_, j) => {
        let dot = 0;
        for (let c = head * d; c < (head + 1) * d; c++) dot += q[i * width + c]! * k[j * width + c]!;
        return dot / Math.sqrt(d);
      });
      const max = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - max));
      const sum = weights.reduce((a, b) => a + b, 0);
      for (let c = head * d; c < (head + 1) * d; c++) {
        out[i * width + c] = weights.reduce(
          (mixed, weight, j) => mixed + (weight / sum) * v[j * width + c]!,
          0,
        );
      }
    }
  }
  return out;
}
