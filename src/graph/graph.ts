/**
 * The graph author. A Var is an immutable value that knows its shape, its type and where it comes from; what is
 * reachable from the outputs is the model. Shapes are static: another picture size is another graph.
 */
import { lastOf, mustGet } from '../checked';
import { DrobeError } from '../errors';
import { footprint, type Footprint } from './footprint';
import { Message } from './proto';
import type {
  Attributes,
  Bits,
  DType,
  Kernels,
  Op,
  Packed,
  Range,
  Shape,
  Target,
  Var,
  Winograd,
} from './var';

export type { Bits, DType, Kernels, Packed, Range, Shape, Target, Var, Winograd };

/** For a graph that is authored to learn names and shapes, and never run. */
export const SHAPES_ONLY: Target = {
  layout: 'nchw',
  dtype: 'f32',
  fusedAttention: false,
  maxScoreBytes: Infinity,
};

/** How many numbers a tensor of this shape has. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);
export const bytesPer: Readonly<Record<DType, number>> = { f32: 4, f16: 2, i64: 8, u8: 1 };

/** An input of the graph, which is given with every run. */
export function input(name: string, shape: Shape, target: Target, dtype: DType = 'f32'): Var {
  return { shape, dtype, target, from: { kind: 'input', name } };
}

/**
 * f32 or i64 numbers that become part of the graph itself.
 * @param open values made of it and weights alone are computed in every run, rather than once when the session is created.
 */
export function constant(
  data: Float32Array | BigInt64Array,
  shape: Shape,
  target: Target,
  { open = false } = {},
): Var {
  return {
    shape,
    dtype: data instanceof Float32Array ? 'f32' : 'i64',
    target,
    from: { kind: 'constant', data, ...(open && { open }) },
  };
}

/** One ONNX operator. The result has the target and, unless said otherwise, the dtype of the first input. */
export function op(
  type: string,
  inputs: readonly [Var, ...(Var | null)[]],
  shape: Shape,
  attributes: Attributes = {},
  { dtype = inputs[0].dtype, domain = '' }: { dtype?: DType; domain?: Op['domain'] } = {},
): Var {
  return { shape, dtype, target: inputs[0].target, from: { kind: 'op', type, domain, inputs, attributes } };
}

/** Where a weight's bytes are expected: ONNX Runtime asks for `length` bytes at `offset` of the file `location`. */
export interface Placement {
  readonly key: string;
  readonly dtype: DType;
  /** What is made of its numbers; absent: they are as they are stored. */
  readonly form?: Packed | Kernels;
  /** Only these of its numbers; absent for all. */
  readonly ranges?: readonly Range[];
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A ModelProto and the external data it names. */
export interface Graph {
  /** Serialized when first asked for. */
  readonly model: Uint8Array;
  readonly placements: readonly Placement[];
  readonly nodes: number;
  readonly footprint: Footprint;
}

/** The asyncify build truncates external offsets to 32 bits, so each virtual file stays well below 4 GiB. */
const LOCATION_BYTES = 2 ** 31;
const ELEMENT_TYPE: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i64: 7, f16: 10 };

/** The ONNX model whose named outputs are these Vars. */
export function build(outputs: Readonly<Record<string, Var>>): Graph {
  const order = topological(Object.values(outputs));
  const placed = placedIn(order);
  let model: Uint8Array | undefined;
  let room: Footprint | undefined;
  return {
    // Lazy: many graphs are authored only to learn names and sizes.
    get model() {
      return (model ??= serialized(order, placed, outputs));
    },
    placements: [...placed.values()],
    nodes: order.filter(({ from }) => from.kind === 'op').length,
    get footprint() {
      return (room ??= footprint(order, Object.values(outputs), (v) => sizeOf(v.shape) * bytesPer[v.dtype]));
    },
  };
}

/** Lays out the weights, one after another. */
function placedIn(order: readonly Var[]): ReadonlyMap<Var, Placement> {
  const placed = new Map<Var, Placement>();
  let location = 0;
  let offset = 0;
  for (const v of order) {
    if (v.from.kind !== 'weight') continue;
    const { key, form, ranges } = v.from;
    const length = sizeOf(v.shape) * bytesPer[v.dtype];
    if (offset + length > LOCATION_BYTES) [location, offset] = [location + 1, 0];
    placed.set(v, {
      key,
      dtype: v.dtype,
      ...(form && { form }),
      ...(ranges && { ranges }),
      location: `weights${location}`,
      offset,
      length,
    });
    offset += length;
  }
  return placed;
}

function serialized(
  order: readonly Var[],
  placed: ReadonlyMap<Var, Placement>,
  outputs: Readonly<Record<string, Var>>,
): Uint8Array {
  const names = new Map<Var, string>();
  const graph = new Message().text(2, 'drobe');
  const nameOf = (v: Var | null): string => (v === null ? '' : mustGet(names, v)); // inputs come before their users

  for (const v of order) {
    const { from } = v;
    const name = from.kind === 'input' ? from.name : `#${names.size}`; // a name no input or output has
    names.set(v, name);
    if (from.kind === 'input') graph.message(11, valueInfo(name, v));
    else if (from.kind === 'constant') {
      graph.message(5, inlineTensor(name, v, from.data));
      // An optional input with a default: values made of it cannot be folded.
      if (from.open) graph.message(11, valueInfo(name, v));
    } else if (from.kind === 'op') graph.message(1, node(from, from.inputs.map(nameOf), name));
    else graph.message(5, externalTensor(name, v, mustGet(placed, v)));
  }
  for (const [name, v] of Object.entries(outputs)) {
    graph.message(1, new Message().text(1, nameOf(v)).text(2, name).text(4, 'Identity'));
    graph.message(12, valueInfo(name, v));
  }
  const opset = (domain: string, version: number): Message => new Message().text(1, domain).int(2, version);
  return new Message()
    .int(1, 10) // IR version
    .text(2, 'drobe')
    .message(7, graph)
    .message(8, opset('', 20))
    .message(8, opset('com.microsoft', 1))
    .done();
}

/** Every Var after its inputs. A loop, not recursion: a UNet is over a thousand ops deep. */
function topological(outputs: readonly Var[]): Var[] {
  const order = new Set<Var>();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const v = lastOf(stack);
    const missing = v.from.kind === 'op' ? v.from.inputs.filter((i) => i !== null && !order.has(i)) : [];
    if (missing.length === 0 || order.has(v)) {
      order.add(v);
      stack.pop();
    } else for (const i of missing.reverse()) stack.push(i!); // nulls are filtered out
  }
  return [...order];
}

function node(from: Op, inputs: readonly string[], output: string): Message {
  const message = new Message();
  // Optional inputs at the end are left out, not named '': WebGPU's Conv takes '' for a bias.
  const given = inputs.slice(0, inputs.findLastIndex((name) => name !== '') + 1);
  for (const name of given) message.text(1, name);
  message.text(2, output).text(3, `${from.type}_${output}`).text(4, from.type);
  for (const [name, value] of Object.entries(from.attributes)) message.message(5, attribute(name, value));
  return message.text(7, from.domain);
}

function attribute(name: string, value: Attributes[string]): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw new DrobeError('bug', { reason: `attribute ${name} needs {float}` });
    return message.int(3, value).int(20, 2);
  }
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  for (const i of value) message.int(8, i);
  return message.int(20, 7);
}

function valueInfo(name: string, v: Var): Message {
  const shape = new Message();
  for (const d of v.shape) shape.message(1, new Message().int(1, d));
  const tensor = new Message().int(1, ELEMENT_TYPE[v.dtype]).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

function tensor(name: string, v: Var): Message {
  const message = new Message();
  for (const d of v.shape) message.int(1, d);
  return message.int(2, ELEMENT_TYPE[v.dtype]).text(8, name);
}

function inlineTensor(name: string, v: Var, data: Float32Array | BigInt64Array): Message {
  return tensor(name, v).bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function externalTensor(name: string, v: Var, at: Placement): Message {
  const entry = (key: string, value: string | number): Message =>
    new Message().text(1, key).text(2, String(value));
  return tensor(name, v)
    .message(13, entry('location', at.location))
    .message(13, entry('offset', at.offset))
    .message(13, entry('length', at.length))
    .int(14, 1);
}
