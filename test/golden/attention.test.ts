/** Attention as large as the VAE's at 512 pixels, on the wasm backend. */
import { describe, expect, it } from 'vitest';
import { build, input, op, type Var } from '../../src/graph/graph';
import { attention } from '../../src/graph/nn';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { plain } from './runtime';

const sessions = new Sessions(plain);
const target = wasmMachine(sessions).target();

const [tokens, width] = [4096, 512];
const wave = (seed: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: tokens * width }, (_, i) => Math.sin(i * 0.7 + seed + (i >> 9) * 0.13));
const [q, k, v] = [wave(1), wave(2), wave(3)];

async function run(graph: (q: Var, k: Var, v: Var) => Var): Promise<Float32Array> {
  const shape = [1, tokens, width];
  const [qs, ks, vs] = ['q', 'k', 'v'].map((name) => input(name, shape, target)) as [Var, Var, Var];
  const net = await sessions.open(
    build({ out: graph(qs, ks, vs) }),
    { tensors: new Map(), source: memorySource(new Uint8Array()) },
    () => Promise.resolve(null),
  );
  const values = { q: { data: q, shape }, k: { data: k, shape }, v: { data: v, shape } };
  try {
    return await net.run(values);
  } finally {
    await net.release();
  }
}

/** One row by plain arithmetic. */
function plainRow(row: number): number[] {
  const scores = Array.from({ length: tokens }, (_, j) => {
    let dot = 0;
    for (let c = 0; c < width; c++) dot += q[row * width + c]! * k[j * width + c]!;
    return Math.exp(dot / Math.sqrt(width));
  });
  const sum = scores.reduce((a, b) => a + b, 0);
  return Array.from({ length: width }, (_, c) =>
    scores.reduce((mixed, score, j) => mixed + (score / sum) * v[j * width + c]!, 0),
  );
}

describe('attention of 4096 tokens, 512 wide', () => {
  it('is what plain arithmetic gives, row by row', async () => {
    const out = await run((a, b, c) => attention(a, b, c, 1));
    for (const row of [0, 1023, 1024, 2500, 4095]) {
      const worst = Math.max(...plainRow(row).map((x, c) => Math.abs(x - out[row * width + c]!)));
      expect(worst).toBeLessThan(1e-4);
    }
  });

  it('still overflows in one piece: when it does not, attention need not be sliced for its count', async () => {
    const whole = run((a, b, c) =>
      op('MultiHeadAttention', [a, b, c], a.shape, { num_heads: 1 }, { domain: 'com.microsoft' }),
    );
    await expect(whole).rejects.toThrow('Integer overflow');
  });
});
