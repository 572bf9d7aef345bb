/** LoRAs, opened on a checkpoint: what each adds to which weight, computed when that weight passes to the device. */
import { DrobeError } from '../errors';
import { statedScales, type Scale } from '../nets/adapter';
import { loraModules, loraTargets, type LoraModule, type LoraTarget } from '../nets/lora';
import type { Model } from '../nets/model';
import type { Patch } from '../runtime/feeder';
import { checkFinite } from '../weights/finite';
import { convert } from '../weights/half';
import {
  addProduct,
  hadamard,
  kronecker,
  product,
  productWithKernel,
  setLengths,
  transposed,
  type Matrix,
} from '../weights/lowrank';
import type { Header, TensorInfo } from '../weights/safetensors';
import type { ByteSource } from '../weights/source';

/** A LoRA and how much of it is added, to the UNet and to the text encoders. */
export interface Lora {
  readonly name: string;
  readonly header: Header;
  readonly source: ByteSource;
  readonly unet: number;
  readonly text: number;
}

/**
 * What all of these LoRAs add, by weight.
 * @throws DrobeError 'lora-mismatch' for one that was made for another kind of checkpoint; the patches themselves throw
 *   'bad-weight' for what cannot be added, and 'weight-not-a-number'.
 */
export function patchesOf(
  model: Model,
  tensors: ReadonlyMap<string, TensorInfo>,
  loras: readonly Lora[],
): Map<string, Patch> {
  const patches = new Map<string, Patch>();
  const targets = loras.length > 0 ? loraTargets(tensors) : new Map<string, LoraTarget>();
  for (const lora of loras) {
    let fits = 0;
    const fail = (): never => {
      throw new DrobeError('lora-mismatch', { name: lora.name, family: model.family });
    };
    const scales = statedScales(lora.header.metadata);
    for (const [name, module] of loraModules(lora.header.tensors.keys())) {
      const target = targets.get(name);
      if (!target) continue;
      if (!hasShapeOf(target, module, lora.header)) fail();
      fits++;
      const scale = lora[target.net];
      if (scale === 0) continue;
      const before = patches.get(target.key);
      patches.set(target.key, (weights) => {
        before?.(weights);
        change(weights, target, partsOf(module, lora, scales(name)), scale);
      });
    }
    if (fits === 0) fail();
  }
  return patches;
}

/** Whether a module's first and last matrices are of the weight's size: one for another model has others. */
function hasShapeOf({ rows, columns }: LoraTarget, module: LoraModule, { tensors }: Header): boolean {
  const shapeOf = (part: string): readonly number[] | undefined => tensors.get(module.get(part) ?? '')?.shape;
  const kron = [shapeOf('lokr_w1') ?? shapeOf('lokr_w1_a'), shapeOf('lokr_w2') ?? shapeOf('lokr_w2_a')];
  if (kron[0] && kron[1]) return kron[0][0]! * kron[1][module.has('lokr_t2') ? 1 : 0]! === rows;
  const tucker = module.has('hada_t1');
  const [up, down] = [shapeOf('up') ?? shapeOf('hada_w1_a'), shapeOf('down') ?? shapeOf('hada_w1_b')];
  const inner = down?.slice(1).reduce((product, d) => product * d, 1);
  // With a kernel in between, the last matrix has the channels alone.
  const kernel = tucker || module.has('mid');
  return (
    !up || !inner || (up[tucker ? 1 : 0] === rows && (kernel ? columns % inner === 0 : inner === columns))
  );
}

/** One module's tensors, and how to say what is wrong with them. */
interface Parts {
  readonly matrix: (part: string) => Matrix | null;
  /** How much a product of matrices counts. */
  readonly scaleOf: Scale;
  readonly refuse: (reason: string) => never;
}

/** @param stated what its file states where it has no alpha for this module. */
function partsOf(module: LoraModule, lora: Lora, stated: Scale): Parts {
  const matrix = (part: string): Matrix | null => {
    const name = module.get(part);
    const info = name === undefined ? undefined : lora.header.tensors.get(name);
    return info ? read(info, lora) : null;
  };
  const alpha = matrix('alpha')?.data[0];
  return {
    matrix,
    scaleOf: alpha === undefined ? stated : (rank) => alpha / rank,
    refuse: (reason) => {
      throw new DrobeError('bad-weight', { key: [...module.values()][0] ?? '', reason });
    },
  };
}

/** Changes the rows of a weight by one module, as much as this weight in the prompt says. */
function change(weights: Float32Array, target: LoraTarget, parts: Parts, weight: number): void {
  const magnitude = parts.matrix('magnitude');
  const lengths = parts.matrix('dora_scale') ?? magnitude;
  if (!lengths) return add(weights, target, parts, weight);

  // DoRA: all of it is added, then lengths are set. With a weight in the prompt, ComfyUI goes that part of the way.
  const { rows, columns } = target;
  const there = weights.slice();
  add(there, target, parts, 1);
  const { data } = lengths;
  const perOutput = data.length === rows && (lengths.rows === rows || magnitude !== null);
  if (!perOutput && columns % data.length > 0) parts.refuse(`it has ${data.length} lengths`);
  setLengths(there, data, perOutput ? columns : columns / data.length);
  for (let i = 0; i < weights.length; i++) weights[i]! += weight * (there[i]! - weights[i]!);
}

/** Adds one module's matrices, times a weight. Formulas as LyCORIS has them: https://github.com/KohakuBlueleaf/LyCORIS */
function add(
  weights: Float32Array,
  { rows, columns }: LoraTarget,
  { matrix, scaleOf, refuse }: Parts,
  weight: number,
): void {
  const scaled = (rank: number): number => weight * scaleOf(rank);
  const [up, down, mid] = [matrix('up'), matrix('down'), matrix('mid')];
  if (up && down) {
    if (up.rows !== rows || up.columns !== (mid ? mid.rows : down.rows)) refuse(`it is for ${up.rows} rows`);
    if (!mid && down.columns === columns) return addProduct(weights, up, down, scaled(down.rows));
    if (!mid) refuse(`it is for ${down.columns} columns, not ${columns}`);
    return addScaled(weights, productWithKernel(up, mid!, down), scaled(down.rows), refuse);
  }
  /** A matrix that is whole, a product, or one with a kernel in between: its first factor is then turned. */
  const factor = (name: string, kernel?: string): Matrix | null => {
    const [a, b, t] = [matrix(`${name}_a`), matrix(`${name}_b`), kernel ? matrix(kernel) : null];
    if (!a || !b) return matrix(name);
    const fits = t ? a.rows === t.rows && t.columns % b.rows === 0 : a.columns === b.rows;
    if (!fits) refuse('its matrices do not fit each other');
    return t ? productWithKernel(transposed(a), t, b) : product(a, b);
  };
  const [hada1, hada2] = [factor('hada_w1', 'hada_t1'), factor('hada_w2', 'hada_t2')];
  if (hada1 && hada2) {
    const rank = matrix('hada_w1_b')?.rows ?? 1;
    return addScaled(weights, hadamard(hada1, hada2), scaled(rank), refuse);
  }
  const [kron1, kron2] = [factor('lokr_w1'), factor('lokr_w2', 'lokr_t2')];
  if (kron1 && kron2) {
    // Where nothing is decomposed there is no rank, and alpha has no say.
    const rank = (matrix('lokr_w1_b') ?? matrix('lokr_w2_b'))?.rows ?? null;
    return addScaled(weights, kronecker(kron1, kron2), rank === null ? weight : scaled(rank), refuse);
  }
  const whole = matrix('diff');
  if (whole) return addScaled(weights, whole, weight, refuse);
  const unknown = OTHER_KINDS.find(([part]) => matrix(part));
  refuse(unknown ? `${unknown[1]} is not known here` : 'its matrices are not all there');
}

/** Kinds of LyCORIS' that are told by these parts. */
const OTHER_KINDS = [
  ['on_input', 'IA³'],
  ['oft_blocks', 'OFT'],
  ['oft_diag', 'OFT'],
  ['a1.weight', 'GLoRA'],
] as const;

function addScaled(
  weights: Float32Array,
  { data }: Matrix,
  scale: number,
  refuse: (reason: string) => never,
): void {
  if (data.length !== weights.length) refuse(`it is for ${data.length} numbers, not ${weights.length}`);
  for (let i = 0; i < data.length; i++) weights[i]! += scale * data[i]!;
}

function read({ name, shape, dtype, begin, end }: TensorInfo, lora: Lora): Matrix {
  const bytes = lora.source.read(begin, end);
  checkFinite(bytes, dtype, name, lora.name);
  const data = new Float32Array(convert(bytes, dtype, 'F32').buffer);
  const rows = shape[0] ?? 1;
  return { rows, columns: data.length / rows, data };
}
