import { describe, expect, it } from 'vitest';
import { build, constant, input, op, type Target } from '../../../src/graph/graph';
import { add, attention, linear } from '../../../src/graph/nn';
import { Message } from '../../../src/graph/proto';
import { scope } from '../../../src/graph/scope';

const target: Target = { layout: 'nchw', dtype: 'f32', fusedAttention: false, maxScoreBytes: 2 ** 28 };
const dict = (shapes: Record<string, number[]>): Map<string, { shape: number[] }> =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));

/** What a serialized message has under this number, of fields that are integers or have a length. */
function fieldsOf(message: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  const integer = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = integer();
    const length = integer();
    if ((tag & 7) === 0) continue; // it was the value
    if (tag >> 3 === number) found.push(message.subarray(at, at + length));
    at += length;
  }
  return found;
}

describe('Message', () => {
  it('writes the examples of the protocol-buffer documentation', () => {
    expect([...new Message().int(1, 150).done()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new Message().text(2, 'testing').done()]).toEqual([
      0x12,
      7,
      ...new TextEncoder().encode('testing'),
    ]);
  });

  it('writes negative integers in ten bytes and other scripts as UTF-8', () => {
    expect([...new Message().int(1, -1).done()]).toEqual([8, ...Array<number>(9).fill(255), 1]);
    expect([...new Message().text(1, 'Drobė 🍎').done()].slice(2)).toEqual([
      ...new TextEncoder().encode('Drobė 🍎'),
    ]);
  });
});

describe('Scope', () => {
  const weights = dict({
    'blocks.10.weight': [1],
    'blocks.2.weight': [1],
    'blocks.2.bias': [1],
    'blocks.scale': [1],
    'proj.weight': [3, 2, 1, 1],
  });

  it('lists modules in numeric order, and only modules', () => {
    const p = scope(weights, target);
    expect(
      p('blocks')
        .children()
        .map(({ path }) => path),
    ).toEqual(['blocks.2', 'blocks.10']);
    expect(p('blocks', 2).has('bias')).toBe(true);
    expect(p('blocks.10').has('bias')).toBe(false);
  });

  it('sees a tensor under another shape of the same size, and makes each view once', () => {
    const used = new Set<string>();
    const p = scope(weights, target, used)('proj');
    expect(p.tensor('weight', { shape: [3, 2] }).shape).toEqual([3, 2]);
    expect(p.tensor('weight')).toBe(p.tensor('weight'));
    expect([...used]).toEqual(['proj.weight']);
  });

  it('names the tensor that is missing or of the wrong size', () => {
    const p = scope(weights, target);
    expect(() => p('proj').tensor('bias')).toThrow('missing-weight, key: proj.bias');
    expect(() => p('proj').tensor('weight', { shape: [7] })).toThrow(/bad-weight, key: proj\.weight/);
  });
});

describe('build', () => {
  it('places each weight once, one after the other', () => {
    const p = scope(dict({ 'l.weight': [2, 2], 'l.bias': [2] }), target)('l');
    const x = input('x', [1, 2], target);
    const graph = build({ y: linear(linear(x, p), p) });
    expect(graph.placements.map(({ key, offset, length }) => [key, offset, length])).toEqual([
      ['l.weight', 0, 16],
      ['l.bias', 16, 8],
    ]);
  });

  it('keeps every virtual file below what a 32-bit offset reaches', () => {
    const big = 2 ** 28; // 1 GiB of f32
    const p = scope(dict({ a: [big], b: [big], c: [big] }), target);
    const sum = add(add(p.tensor('a'), p.tensor('b')), p.tensor('c'));
    expect(build({ sum }).placements.map(({ location, offset }) => [location, offset])).toEqual([
      ['weights0', 0],
      ['weights0', 2 ** 30],
      ['weights1', 0],
    ]);
  });

  it('writes what is deeper than a call stack', () => {
    let x = input('x', [1], target);
    for (let i = 0; i < 20_000; i++) x = op('Neg', [x], [1]);
    expect(build({ x2: x }).nodes).toBe(20_000);
  });

  it('names an open constant among the inputs, so that it may be another', () => {
    const inputsWith = (open: boolean): number => {
      const one = constant(Float32Array.of(1), [1], target, { open });
      const [graph] = fieldsOf(build({ y: add(input('x', [1], target), one) }).model, 7);
      expect(fieldsOf(graph!, 5)).toHaveLength(1); // it has a value either way
      return fieldsOf(graph!, 11).length;
    };
    expect(inputsWith(false)).toBe(1);
    expect(inputsWith(true)).toBe(2);
  });

  it('writes a value that is used twice once', () => {
    const one = constant(Float32Array.of(1), [1], target);
    const two = add(one, one);
    expect(build({ four: add(two, two) }).nodes).toBe(2);
  });
});

describe('attention', () => {
  it('is cut into slices of queries when its scores would not fit', () => {
    const small = { ...target, maxScoreBytes: 64 * 16 * 4 };
    const [q, k, v] = ['q', 'k', 'v'].map((name) => input(name, [1, 64, 8], small)) as [never, never, never];
    const whole = build({ y: attention(q, k, v, 1) });
    expect(whole.nodes).toBeGreaterThan(4 * 9); // four slices of nine ops or more
    expect(attention(q, k, v, 1).shape).toEqual([1, 64, 8]);
  });
});
