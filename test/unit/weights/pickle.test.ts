import { describe, expect, it, test } from 'vitest';
import { DrobeError } from '../../../src/errors';
import { unpickle } from '../../../src/weights/torch/pickle';
import { Note, PickledTensor, Storage } from '../../../src/weights/torch/pickled';
import { mulberry32 } from './golden';

const encoder = new TextEncoder();

/** Numbers are bytes, and texts go in as they are. */
const program = (...parts: readonly (number | string)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...encoder.encode(part)])));

const failure = (pickle: Uint8Array): DrobeError => {
  try {
    unpickle(pickle);
  } catch (error) {
    if (error instanceof DrobeError) return error;
    throw error;
  }
  throw new Error('the pickle was read');
};

const text = (value: string): (number | string)[] => ['X', value.length, 0, 0, 0, value];
/** ('storage', FloatStorage, '0', 'cpu', count) and what makes it a storage. */
const storage = (count: number): (number | string)[] => [
  '(',
  ...text('storage'),
  'ctorch\nFloatStorage\n',
  ...text('0'),
  ...text('cpu'),
  'K',
  count,
  'tQ',
];

describe('unpickle', () => {
  it('reads numbers, texts, tuples, lists and dicts', () => {
    const { value } = unpickle(
      program(0x80, 2, '}(', ...text('a'), 'K', 7, ...text('b'), '](J', 254, 255, 255, 255, 'N', 0x88, 'eu.'),
    );
    expect(value).toEqual(
      new Map<string, unknown>([
        ['a', 7],
        ['b', [-2, null, true]],
      ]),
    );
  });

  it('reads a tensor as a view of its numbers', () => {
    const sizes = ['K', 2, 'K', 3, 0x86, 'K', 3, 'K', 1, 0x86];
    const rest = [0x89, 'ccollections\nOrderedDict\n)R'];
    const { value } = unpickle(
      program('ctorch._utils\n_rebuild_tensor_v2\n(', ...storage(9), 'K', 1, ...sizes, ...rest, 'tR.'),
    );
    expect(value).toEqual(new PickledTensor(new Storage('0', 'F32', 9), 1, [2, 3], [3, 1]));
  });

  it('makes nothing of what a training noted beside weights', () => {
    const checkpoint = 'cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n';
    const dtype = ['cnumpy\ndtype\n(', ...text('f8'), 'K', 0, 'K', 1, 'tR(K', 3, ...text('<'), 'NNNtb'];
    const bytes = ['c_codecs\nencode\n', ...text('abc'), ...text('latin1'), 0x86, 'R'];
    const scalar = ['cnumpy.core.multiarray\nscalar\n', ...dtype, ...bytes, 0x86, 'R'];
    const { value } = unpickle(
      program('}(', ...text('callbacks'), '}', checkpoint, '}s', ...text('score'), ...scalar, 'u.'),
    );
    expect(value).toEqual(
      new Map<string, unknown>([
        ['callbacks', expect.any(Map)],
        ['score', new Note('numpy.core.multiarray.scalar')],
      ]),
    );
  });

  it('takes the parameters that are set on a dict for its items', () => {
    // As Python writes {'string_to_param': ParameterDict({'*': 7})}.
    const written =
      '80027d7100580f000000737472696e675f746f5f706172616d710163746f7263682e6e6e2e6d6f64756c65732e636f6e7461696e65720a506172616d65746572446963740a7102298171037d7104285808000000747261696e696e67710588580b0000005f706172616d6574657273710663636f6c6c656374696f6e730a4f726465726564446963740a71072952710858010000002a71094b0773581b0000005f6e6f6e5f70657273697374656e745f627566666572735f736574710a635f5f6275696c74696e5f5f0a7365740a710b5d710c85710d52710e7562732e';
    const { value } = unpickle(Buffer.from(written, 'hex'));
    expect(value).toEqual(new Map([['string_to_param', new Map([['*', 7]])]]));
  });

  it('keeps a key that means something to JavaScript as any other', () => {
    const { value } = unpickle(program('}', ...text('__proto__'), 'K', 1, 's.'));
    expect([...(value as Map<string, number>)]).toEqual([['__proto__', 1]]);
  });
});

test.each([
  ['cos\nsystem\n(X\x03\0\0\0rm tR.', 'os.system'],
  ['cbuiltins\neval\n.', 'builtins.eval'],
  ['c__builtin__\ngetattr\n.', '__builtin__.getattr'],
  ['ctorch\nload\n.', 'torch.load'],
  ['cconstructor\nprototype\n.', 'constructor.prototype'],
  ['X\x02\0\0\0osX\x06\0\0\0system\x93.', 'os.system'],
  ['(ios\nsystem\n.', 'the opcode 0x69'], // INST
  ['(o.', 'the opcode 0x6f'], // OBJ
  ['cos\nsystem\n)\x81.', 'os.system'], // NEWOBJ
  ['\x92.', 'the opcode 0x92'], // NEWOBJ_EX
  ['\x82\x01.', 'the opcode 0x82'], // EXT1
  ['Pname\n.', 'the opcode 0x50'], // PERSID
  ['I7\n.', 'the opcode 0x49'], // INT
  ['0.', 'the opcode 0x30'], // POP
])('what asks for something to be run is refused by name: %j', (pickle, name) => {
  const bytes = Uint8Array.from(pickle, (char) => char.charCodeAt(0));
  expect(failure(bytes)).toMatchObject({ code: 'pickle-asks', facts: { name } });
});

test.each([
  ['nothing', ''],
  ['no end', 'K'],
  ['a pop of nothing', '.'],
  ['a pop of a mark', '(.'],
  ['a tuple without a mark', 'NNt.'],
  ['an item of what is no list', 'NNa.'],
  ['a key without a value', '}(Nu.'],
  ['an unknown place', 'h\x01.'],
  ['a call of what is no name', 'N)R.'],
  ['a call of a kind of numbers', 'ctorch\nFloatStorage\n)R.'],
  ['a call without a tuple', 'ccollections\nOrderedDict\nNR.'],
  ['a dict made of another', 'ccollections\nOrderedDict\n(]tR.'],
  ['a setting of what is no dict', 'N}b.'],
  ['an object of what is no name', 'N)\x81.'],
  ['a tensor of nothing', 'ctorch._utils\n_rebuild_tensor_v2\n)R.'],
  ['numbers of an unknown kind', '(NNNNNtQ.'],
  ['a text longer than the file', 'X\xff\xff\xff\xffa.'],
  ['a text that is not UTF-8', 'X\x01\0\0\0\xff.'],
  ['a number of 255 bytes', '\x8a\xff.'],
  ['a protocol to come', '\x80\x06N.'],
])('%s is refused', (_, pickle) => {
  const bytes = Uint8Array.from(pickle, (char) => char.charCodeAt(0));
  expect(failure(bytes).code).toBe('bad-pickle');
});

describe('a bomb', () => {
  it('of a million dicts is refused before they take memory', () => {
    expect(failure(new Uint8Array(2 ** 20).fill(0x7d)).facts).toEqual({ reason: 'it has too many parts' });
  });

  it('of values put aside is refused before it takes memory', () => {
    const puts = new Uint8Array(2 ** 21).fill(0x94); // MEMOIZE
    puts[0] = 0x4e;
    expect(failure(puts).facts).toEqual({ reason: 'it has too many parts' });
  });

  it('of lists in lists, each twice in the next, is read at once and never walked', () => {
    const levels = Array.from({ length: 200 }, (_, i) => ['](', 'h', i, 'h', i, 'eq', i + 1]);
    const { value } = unpickle(program(']q', 0, ...levels.flat(), '.'));
    expect(value).toHaveLength(2);
  });

  it('that puts something at a place far away takes no room for those before', () => {
    expect(unpickle(program('Nr', 255, 255, 255, 255, '.')).value).toBe(null);
  });
});

test('opcodes in any order, 5,000 times, give a value or a DrobeError', () => {
  const random = mulberry32(1711);
  const below = (count: number): number => Math.floor(random() * count);
  const pieces: readonly (() => (number | string)[])[] = [
    () => ['('],
    () => ['N'],
    () => ['K', below(4)],
    () => ['q', below(4)],
    () => ['h', below(4)],
    () => text('0'),
    () => storage(below(9)),
    () => ['ctorch._utils\n_rebuild_tensor_v2\n'],
    () => ['ctorch._utils\n_rebuild_parameter\n'],
    () => ['ccollections\nOrderedDict\n)R'],
    ...Array.from('})]tReuasbQ.').map((opcode) => () => [opcode]),
    ...[0x85, 0x86, 0x87, 0x93, 0x94].map((opcode) => () => [opcode]),
    () => [below(256)],
  ];
  let read = 0;
  for (let round = 0; round < 5000; round++) {
    const parts = Array.from({ length: 1 + below(24) }, () => pieces[below(pieces.length)]!());
    try {
      unpickle(program(...parts.flat(), '.'));
      read++;
    } catch (error) {
      if (!(error instanceof DrobeError)) throw error;
    }
  }
  // Neither all nor none: both ways out were tried.
  expect(read).toBeGreaterThan(100);
  expect(read).toBeLessThan(4900);
});
