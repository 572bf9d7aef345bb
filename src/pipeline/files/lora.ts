/** LoRAs, opened on a checkpoint: what each adds to which weight, computed when that weight passes to the device. */
import { aboutWeights, DrobeError } from '../../errors';
import { statedScales, type Scale } from '../../nets/adapter';
import { targetFinder, type LoraTarget, type LoraUse, type Unused } from '../../nets/lora';
import { loraModules, type LoraModule } from '../../nets/names/lora-parts';
import type { Model } from '../../nets/model';
import { unknownLead } from '../../nets/names/normal-form';
import { countedFromOne, placeOf } from '../../nets/names/places';
import { numberedNames } from '../../nets/names/numbered';
import type { Patch } from '../../runtime/tensor-bytes';
import { checkFinite } from '../../weights/values/finite';
import { setLengths, type Matrix } from '../../weights/values/lowrank';
import { isNumeric, numbersOf } from '../../weights/values/numbers';
import type { Header, TensorInfo } from '../../weights/safetensors';
import type { ByteSource } from '../../weights/source';
import type { Kind, MatrixOf, Scaling, ShapeOf, Size } from './lora-kind';
import { kindOf, READ } from './lora-kinds';

/** A LoRA and its strengths, for the UNet and for the text encoders. */
export interface Lora {
  readonly name: string;
  readonly header: Header;
  readonly source: ByteSource;
  readonly unet: number;
  readonly text: number;
}

type Shapes = ReadonlyMap<string, Pick<TensorInfo, 'shape'>>;

/** A module that fits a weight. */
interface Fit {
  readonly module: LoraModule;
  readonly target: LoraTarget;
  readonly kind: Kind;
  /** Size of the part of the weight that it changes. */
  readonly size: Size;
}

/**
 * The changes that these LoRAs make, by weight. Modules that do not fit are left out: see `useOf`.
 * @param tensors the checkpoint's, in normal form.
 * @throws DrobeError 'lora-mismatch' if nothing of a LoRA fits; the patches themselves throw 'weight-not-a-number'.
 */
export function patchesOf(model: Model, tensors: Shapes, loras: readonly Lora[]): Map<string, Patch> {
  const patches = new Map<string, Patch>();
  for (const lora of loras) {
    const { fits, use } = fitted(lora.header, tensors);
    if (fits.length === 0) {
      const [most] = use.unused;
      const kind = most?.why === 'kind' ? most.such : '';
      throw new DrobeError('lora-mismatch', { name: lora.name, family: model.family, kind });
    }
    const stated = statedScales(lora.header.metadata);
    for (const fit of fits) {
      const { target, module } = fit;
      const weight = lora[target.net];
      if (weight === 0) continue;
      const before = patches.get(target.key);
      patches.set(target.key, (numbers) => {
        before?.(numbers);
        change(numbers, fit, reading(module, lora), weight, stated(module.name));
      });
    }
  }
  return patches;
}

/** How much of a LoRA a checkpoint uses. @param tensors the checkpoint's, in normal form. */
export function useOf(lora: Header, tensors: Shapes): LoraUse {
  return fitted(lora, tensors).use;
}

function fitted(lora: Header, tensors: Shapes): { readonly fits: readonly Fit[]; readonly use: LoraUse } {
  const find = finderFor(tensors);
  const modules = namedModules(lora.tensors);
  const nameOf = numberedNames(modules, lora.tensors, tensors);
  const fits: Fit[] = [];
  let used = 0;
  const unused = new Map<Unused['why'], Unused>();
  const leaveOut = (why: Unused['why'], such: string): void => {
    unused.set(why, { why, such: unused.get(why)?.such ?? such, count: (unused.get(why)?.count ?? 0) + 1 });
  };
  for (const module of modules) {
    const { name, parts } = module;
    const infos = [...parts.values()].map((tensor) => lora.tensors.get(tensor)!); // they name its tensors
    const shape: ShapeOf = (part) => lora.tensors.get(parts.get(part) ?? '')?.shape ?? null;
    const known = nameOf(name);
    const found = known === null ? null : find({ ...module, name: known });
    const odd = infos.find(({ dtype }) => !isNumeric(dtype));
    if (!found) leaveOut('kind', name);
    else if ('lacks' in found) leaveOut(found.lacks ?? 'module', name);
    else if (odd) leaveOut('kind', odd.dtype);
    else {
      const [target] = found as readonly [LoraTarget]; // they all give the same result
      const told = kindOf([...parts.keys()], shape, target);
      if ('why' in told) leaveOut(told.why, told.why === 'kind' ? told.what : name);
      else if (!isFor(target, told.size) || !hasLengthsFor(told.size, shape)) leaveOut('size', name);
      else if (target.share && mixesRows(told.kind, told.size, shape)) leaveOut('kind', told.kind.name);
      else {
        fits.push(...found.map((one) => ({ module, target: one, ...told })));
        used++;
        const unread = [...parts.keys()].find((part) => !READ.has(part));
        if (unread !== undefined) leaveOut('part', unread);
      }
    }
  }
  const others = [...unused.values()].sort((a, b) => b.count - a.count);
  return { fits, use: { modules: modules.length, used, unused: others } };
}

/** A LoRA's modules, without the beginning that those have in common which no table knows. A lone number is a note. */
function namedModules(tensors: Shapes): LoraModule[] {
  const all = loraModules(tensors.keys()).filter(
    ({ name, parts }) =>
      name !== '' || [...parts.values()].some((part) => !isSingle(tensors.get(part)?.shape ?? [])),
  );
  const counted = countedFromOne(all.map(({ name }) => name));
  const lead = unknownLead(all.flatMap(({ name }) => (placeOf(name) === null ? [name] : [])));
  return all.map((module) => {
    const name = module.name.startsWith(lead) ? module.name.slice(lead.length) : module.name;
    return { ...module, name: counted(name) };
  });
}

const isSingle = (shape: readonly number[]): boolean => shape.every((size) => size <= 1);

/** Made once for each checkpoint: a list of LoRAs looks up thousands of modules. */
const finders = new WeakMap<Shapes, ReturnType<typeof targetFinder>>();

function finderFor(tensors: Shapes): ReturnType<typeof targetFinder> {
  const find = finders.get(tensors) ?? targetFinder(tensors);
  finders.set(tensors, find);
  return find;
}

/** Whether a weight has this size, or more input channels, which are left as they are. */
function isFor(target: LoraTarget, { rows, columns }: Size): boolean {
  if (rows !== target.rows) return false;
  return columns === target.columns || (target.widens && columns > 0 && columns < target.columns);
}

/** Whether DoRA's lengths are one for each output, or for each input channel; so are those that it does not have. */
function hasLengthsFor({ rows, columns }: Size, shape: ShapeOf): boolean {
  const lengths = shape('dora_scale') ?? shape('magnitude');
  const count = lengths?.reduce((product, d) => product * d, 1) ?? rows;
  return count > 0 && (count === rows || columns % count === 0);
}

/** Whether what it does to a row depends on other rows: of those of several weights only one's are at hand. */
function mixesRows(kind: Kind, { rows }: Size, shape: ShapeOf): boolean {
  const lengths = shape('dora_scale') ?? shape('magnitude');
  const byColumn = lengths !== null && lengths.reduce((product, d) => product * d, 1) !== rows;
  return byColumn || kind.mixesRows === true;
}

/** A module's tensors, read when its weight passes. */
interface Reading {
  readonly matrix: MatrixOf;
  readonly has: (part: string) => boolean;
}

function reading({ parts }: LoraModule, lora: Lora): Reading {
  const infoOf = (part: string): TensorInfo | undefined => lora.header.tensors.get(parts.get(part) ?? '');
  return {
    matrix: (part) => read(infoOf(part)!, lora), // asked only for what is there
    has: (part) => infoOf(part) !== undefined,
  };
}

/** Applies one module to a weight, as strongly as the prompt says. */
function change(
  numbers: Float32Array,
  { target, kind, size }: Fit,
  { matrix, has }: Reading,
  weight: number,
  stated: Scale,
): void {
  const [alpha] = has('alpha') ? matrix('alpha').data : [];
  const [factor] = has('scale') ? matrix('scale').data : []; // A1111 uses it instead of alpha over rank
  const scaling =
    (by: number): Scaling =>
    (rank) => {
      if (factor !== undefined) return by * factor;
      if (rank === 0 || (rank === null && alpha !== undefined)) return by;
      return by * (alpha === undefined || rank === null ? stated(rank) : alpha / rank);
    };
  const there = part(numbers, target, size);
  const lengths = ['dora_scale', 'magnitude'].find(has);
  if (lengths === undefined) kind.add({ ...size, data: there }, matrix, has, scaling(weight));
  else {
    // DoRA: all of it is added, then lengths are set. With a weight in the prompt, ComfyUI goes that part of the way.
    const moved = there.slice();
    kind.add({ ...size, data: moved }, matrix, has, scaling(1));
    const { rows, data } = matrix(lengths);
    const perOutput = data.length === size.rows && (rows === size.rows || lengths === 'magnitude');
    setLengths(moved, data, perOutput ? size.columns : size.columns / data.length);
    for (let i = 0; i < there.length; i++) there[i]! += weight * (moved[i]! - there[i]!);
  }
  putBack(there, numbers, target, size);
}

/** The part of a weight that a module changes: all of it, its first columns, or some of its rows. */
function part(numbers: Float32Array, target: LoraTarget, { rows, columns }: Size): Float32Array {
  if (target.share) {
    const whole = new Float32Array(rows * columns);
    whole.set(numbers, target.share.at * numbers.length);
    return whole;
  }
  if (columns === target.columns) return numbers;
  const first = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    first.set(numbers.subarray(row * target.columns, row * target.columns + columns), row * columns);
  }
  return first;
}

function putBack(
  first: Float32Array,
  numbers: Float32Array,
  target: LoraTarget,
  { rows, columns }: Size,
): void {
  if (first === numbers) return;
  if (target.share) {
    const from = target.share.at * numbers.length;
    numbers.set(first.subarray(from, from + numbers.length));
    return;
  }
  for (let row = 0; row < rows; row++) {
    numbers.set(first.subarray(row * columns, (row + 1) * columns), row * target.columns);
  }
}

function read({ name, shape, dtype, begin, end }: TensorInfo, lora: Lora): Matrix {
  const bytes = lora.source.read(begin, end);
  checkFinite(bytes, dtype, name, lora.name);
  const [rows = 1, ...inner] = shape;
  const data = aboutWeights({ name: lora.name, key: name }, () => numbersOf(bytes, dtype));
  return { rows, columns: inner.reduce((product, d) => product * d, 1), data };
}
