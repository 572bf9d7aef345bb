/** Files of torch.save as tests need them: a zip of a pickle and of numbers, stored as they are. */
import { zipSync } from 'fflate';
import type { StoredTensors } from './safetensors';

const utf8 = new TextEncoder();
const storages: Readonly<Record<string, string>> = { F32: 'FloatStorage', F16: 'HalfStorage' };

/** As `torch.save(state_dict, file)` writes it, with an opcode of a plainer kind here and there. */
export function torchSaved(tensors: StoredTensors): Blob {
  const pickle: number[] = [];
  const put = (...ops: (string | number)[]): void => {
    for (const op of ops) pickle.push(...(typeof op === 'string' ? utf8.encode(op) : [op]));
  };
  const word = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
  const text = (value: string): void => {
    const bytes = utf8.encode(value);
    put('X', ...word(bytes.length));
    pickle.push(...bytes);
  };
  const tuple = (values: readonly number[]): void => {
    put('(');
    for (const value of values) put('J', ...word(value));
    put('t');
  };
  const files: Record<string, Uint8Array> = {};
  put(0x80, 2, '}', '(');
  for (const [key, [name, { dtype, shape, bytes }]] of [...tensors].entries()) {
    const count = shape.reduce((product, n) => product * n, 1);
    text(name);
    put('ctorch._utils\n_rebuild_tensor_v2\n', '((');
    text('storage');
    put(`ctorch\n${storages[dtype]!}\n`);
    text(String(key));
    text('cpu');
    put('J', ...word(count), 'tQ', 'K', 0);
    tuple(shape);
    tuple(shape.map((_, i) => shape.slice(i + 1).reduce((product, n) => product * n, 1)));
    put(0x89, 'ccollections\nOrderedDict\n', ')R', 't', 'R');
    files[`archive/data/${key}`] = bytes;
  }
  put('u', '.');
  return new Blob([zipSync({ 'archive/data.pkl': Uint8Array.from(pickle), ...files }, { level: 0 })]);
}
