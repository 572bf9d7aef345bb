/** LoRAs, opened on a checkpoint: what each adds to which weight, computed when that weight passes to the device. */
import { DrobeError } from '../errors';
import { loraModules, loraTargets, type LoraModule, type LoraTarget } from '../nets/lora';
import type { Model } from '../nets/model';
import type { Patch } from '../runtime/feeder';
import { convert } from '../weights/half';
import { addProduct, hadamard, kronecker, product, productWithKernel, type Matrix } from '../weights/lowrank';
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
 *   'bad-weight' for what cannot be added.
 */
export function patchesOf(
  model: Model,
  tensors: ReadonlyMap<string, TensorInfo>,
  loras: readonly Lora[],
): Map<string, Patch> {
  const patches = new Map<string, Patch>();
  const targets = loras.length > 0 ? loraTargets(model, tensors) : new Map<string, LoraTarget>();
  for (const lora of loras) {
    let fits = 0;
    const fail = (): never => {
      throw new DrobeError('lora-mismatch', { name: lora.name, family: model.family });
    };
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
        const { from, rows, columns } = target;
        add(weights.subarray(from * columns, (from + rows) * columns), target, module, lora, scale);
      });
    }
    if (fits === 0) fail();
  }
  return patches;
}

/** Whether a module's first and last matrices are of the weight's size: one for another model has others. */
function hasShapeOf({ rows, columns }: LoraTarget, module: LoraModule, { tensors }: Header): boolean {
  const shapeOf = (part: string): readonly number[] | undefined => tensors.get(module.get(part) ?? '')?.shape;
  const [up, down] = [shapeOf('up') ?? shapeOf('hada_w1_a'), shapeOf('down') ?? shapeOf('hada_w1_b')];
  const inner = down?.slice(1).reduce((product, d) => product * d, 1);
  // With a kernel in between, the last matrix has the channels alone.
  return !up || !inner || (up[0] === rows && (inner === columns || module.has('mid')));
}

/** Adds one module's matrices to the rows of a weight. */
function add(
  weights: Float32Array,
  { rows, columns }: LoraTarget,
  module: LoraModule,
  lora: Lora,
  weight: number,
): void {
  const matrix = (part: string): Matrix | null => {
    const info = lora.header.tensors.get(module.get(part) ?? '');
    return info ? read(info, lora.source) : null;
  };
  const refuse = (reason: string): never => {
    throw new DrobeError('bad-weight', { key: [...module.values()][0] ?? '', reason });
  };
  if (module.has('dora_scale')) refuse('DoRA is not known here');
  const alpha = matrix('alpha')?.data[0] ?? null;
  const scaleOf = (rank: number): number => weight * (alpha === null ? 1 : alpha / rank);

  const [up, down, mid] = [matrix('up'), matrix('down'), matrix('mid')];
  if (up && down) {
    if (up.rows !== rows || up.columns !== (mid ? mid.rows : down.rows)) refuse(`it is for ${up.rows} rows`);
    if (!mid && down.columns === columns) return addProduct(weights, up, down, scaleOf(down.rows));
    if (!mid) refuse(`it is for ${down.columns} columns, not ${columns}`);
    return addScaled(weights, productWithKernel(up, mid!, down), scaleOf(down.rows), refuse);
  }
  const pair = (name: string): Matrix | null => {
    const [a, b] = [matrix(`${name}_a`), matrix(`${name}_b`)];
    return a && b ? product(a, b) : matrix(name);
  };
  if (module.has('hada_t1') || module.has('lokr_t2')) refuse('its Tucker decomposition is not known here');
  const [hada1, hada2] = [pair('hada_w1'), pair('hada_w2')];
  if (hada1 && hada2) {
    const rank = matrix('hada_w1_b')?.rows ?? 1;
    return addScaled(weights, hadamard(hada1, hada2), scaleOf(rank), refuse);
  }
  const [kron1, kron2] = [pair('lokr_w1'), pair('lokr_w2')];
  if (kron1 && kron2) {
    // Where nothing is decomposed there is no rank, and alpha has no say.
    const rank = (matrix('lokr_w1_b') ?? matrix('lokr_w2_b'))?.rows ?? null;
    return addScaled(weights, kronecker(kron1, kron2), rank === null ? weight : scaleOf(rank), refuse);
  }
  const whole = matrix('diff');
  if (whole) return addScaled(weights, whole, weight, refuse);
  refuse('its matrices are not all there');
}

function addScaled(
  weights: Float32Array,
  { data }: Matrix,
  scale: number,
  refuse: (reason: string) => never,
): void {
  if (data.length !== weights.length) refuse(`it is for ${data.length} numbers, not ${weights.length}`);
  for (let i = 0; i < data.length; i++) weights[i]! += scale * data[i]!;
}

function read({ shape, dtype, begin, end }: TensorInfo, source: ByteSource): Matrix {
  const data = new Float32Array(convert(source.read(begin, end), dtype, 'F32').buffer);
  const rows = shape[0] ?? 1;
  return { rows, columns: data.length / rows, data };
}
