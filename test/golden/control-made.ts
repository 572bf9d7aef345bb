/** Files of nets that guide, made of a golden model's weights and of numbers of the formula in `control-made/make.py`. */
import { convert } from '../../src/weights/values/half';
import { tensorsOf, writtenBytes, type StoredTensor } from '../safetensors';

export interface MadeFacts {
  readonly base_model: string;
  /** Shapes of weights that the formula gives. */
  readonly made: Readonly<Record<string, readonly number[]>>;
  /** Whether the rest are copies of the model's. */
  readonly copied: boolean;
}

type Tensors = Map<string, StoredTensor>;
type File = Uint8Array<ArrayBuffer>;

const COPIED = /^(?:time_embed|label_emb|input_blocks|middle_block)\./;

/** The file of a case, in single precision, with a prefix as cldm's have it. */
export async function made(facts: MadeFacts, base: File): Promise<File> {
  const own = new Map(
    Object.entries(facts.made).map(([name, shape]) => [name, stored(shape, formula(name, shape))]),
  );
  if (!facts.copied) return writtenBytes(own);
  const copies = await copiesOf(base);
  return writtenBytes(
    new Map([...own, ...copies].map(([name, tensor]) => [`control_model.${name}`, tensor])),
  );
}

/** A ControlNet that is not the model's own way down in some weights, and a file of changes that is the same net. */
export async function changed(
  facts: MadeFacts,
  base: File,
  kind: 'difference' | 'Control-LoRA',
): Promise<{ readonly whole: File; readonly changes: File }> {
  const own = new Map(
    Object.entries(facts.made).map(([name, shape]) => [name, stored(shape, formula(name, shape))]),
  );
  const copies = await copiesOf(base);
  const mark = kind === 'difference' ? 'difference' : 'lora_controlnet';
  const whole = new Map(own);
  const changes = new Map([...own, [mark, stored([0], new Float32Array())]]);
  for (const [name, { shape, bytes }] of copies) {
    const numbers = new Float32Array(bytes.buffer);
    const [rows, ...inner] = shape as [number, ...number[]];
    const columns = inner.reduce((n, d) => n * d, 1);
    // Of a Control-LoRA: biases and norms are its own, some matrices are changed, and others are the model's.
    if (kind === 'difference' || inner.length === 0) {
      const change = formula(`${name} change`, shape).map((x) => x / 8);
      whole.set(
        name,
        stored(
          shape,
          numbers.map((x, i) => x + change[i]!),
        ),
      );
      changes.set(name, kind === 'difference' ? stored(shape, change) : whole.get(name)!);
    } else if (/to_q|proj_in|in_layers/.test(name)) {
      const module = name.replace(/\.weight$/, '');
      const [up, down] = [formula(`${module}.up`, [rows, RANK]), formula(`${module}.down`, [RANK, columns])];
      const sum = numbers.map((x, i) => {
        let more = 0;
        for (let k = 0; k < RANK; k++)
          more += up[Math.floor(i / columns) * RANK + k]! * down[k * columns + (i % columns)]!;
        return x + more;
      });
      whole.set(name, stored(shape, sum));
      const isConvolution = inner.length === 3;
      changes.set(`${module}.up`, stored(isConvolution ? [rows, RANK, 1, 1] : [rows, RANK], up));
      changes.set(`${module}.down`, stored([RANK, ...inner], down));
    } else whole.set(name, stored(shape, numbers));
  }
  return { whole: writtenBytes(whole), changes: writtenBytes(changes) };
}

const RANK = 3;

/** Of the model's UNet, in single precision. */
async function copiesOf(base: File): Promise<Tensors> {
  const lead = 'model.diffusion_model.';
  const copies: Tensors = new Map();
  for (const [name, { dtype, shape, bytes }] of await tensorsOf(base)) {
    if (!name.startsWith(lead) || !COPIED.test(name.slice(lead.length))) continue;
    copies.set(name.slice(lead.length), { dtype: 'F32', shape, bytes: convert(bytes, dtype, 'F32') });
  }
  return copies;
}

function formula(name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const count = shape.reduce((n, d) => n * d, 1);
  const start = new TextEncoder().encode(name).reduce((sum, code) => sum + code, 0) % 97;
  const [size, middle] = name.endsWith('.bias')
    ? [0.1, 0]
    : shape.length === 1
      ? [0.1, 1]
      : [1.7 / Math.sqrt(count / shape[0]!), 0];
  return Float32Array.from(
    { length: count },
    (_, i) => middle + size * Math.sin(0.7391 * (i ** 2 % 7919) + start),
  );
}

const stored = (shape: readonly number[], { buffer }: Float32Array<ArrayBuffer>): StoredTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(buffer),
});
