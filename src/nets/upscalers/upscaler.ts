/**
 * Nets that enlarge pictures: which one a file holds, told by its tensors' names and shapes, and its graph. Known nets
 * that are not run are among the `strangers`.
 */
import { defined } from '../../checked';
import { DrobeError } from '../../errors';
import { build, input, type Graph, type Shape, type Target, type Var } from '../../graph/graph';
import { cast } from '../../graph/nn';
import { scope, type Scope } from '../../graph/scope';
import { upscalerForm } from '../names/upscaler';
import { rrdbNet } from './rrdb';
import { spsrNet } from './spsr';
import { srvggNet } from './srvgg';

export type Architecture = (typeof architectures)[number]['name'];

interface Factors {
  /** The factor by which a picture's sides grow. */
  readonly scale: number;
  /** Squares with this side become channels first, so that its input's sides must be multiples of it. */
  readonly fold: number;
}

/** Facts from a file's names and shapes. */
export interface Upscaler extends Factors {
  readonly architecture: Architecture;
}

export type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

interface Row {
  readonly name: string;
  /** Tensors that must all be there, by their names in normal form. The first reads the picture. */
  readonly all: readonly [string, ...string[]];
  /** The tensor that gives the larger picture. */
  readonly last: (tensors: Tensors) => string;
  /** The growth of the sides from the first tensor to the last. */
  readonly times: (tensors: Tensors) => number;
  /** Its first tensor may read squares of pixels as channels. */
  readonly folds: boolean;
  /** Its last tensor gives squares of pixels as channels, and not colours. */
  readonly shuffles: boolean;
  readonly author: (image: Var, p: Scope, factors: Factors) => Var;
}

const COLOURS = 3;

/** Each of ESRGAN's convolutions for enlarging doubles the sides. */
function doubled(tensors: Tensors): number {
  let count = 0;
  while (tensors.has(`conv_up${count + 1}.weight`)) count++;
  return 2 ** count;
}

/** Compact's convolutions stand at even numbers. */
function lastOfRow(tensors: Tensors): string {
  let last = 0;
  while (tensors.has(`body.${last + 2}.weight`)) last += 2;
  return `body.${last}.weight`;
}

const esrgan = {
  name: 'ESRGAN',
  all: [
    'conv_first.weight',
    'body.0.rdb1.conv1.weight',
    'conv_body.weight',
    'conv_hr.weight',
    'conv_last.weight',
  ],
  last: () => 'conv_last.weight',
  times: doubled,
  folds: true,
  shuffles: false,
  author: (image, p, { fold }) => rrdbNet(image, p, fold),
} as const satisfies Row;

/** In the order in which they are tried. */
const architectures = [
  {
    ...esrgan,
    name: 'SPSR',
    // Its second branch reads the trunk after every fifth block.
    all: [
      'conv_first.weight',
      'body.19.rdb1.conv1.weight',
      'b_block_4.rdb1.conv1.weight',
      'f_HR_conv1.weight',
    ],
    last: () => 'f_HR_conv1.weight',
    folds: false,
    author: spsrNet,
  },
  { ...esrgan, name: 'ESRGAN+', all: [...esrgan.all, 'body.0.rdb1.conv1x1.weight'] },
  esrgan,
  {
    name: 'Compact',
    all: ['body.0.weight', 'body.1.weight', 'body.2.weight'],
    last: lastOfRow,
    times: (tensors) => Math.sqrt(channels(tensors, lastOfRow(tensors))[0] / COLOURS),
    folds: false,
    shuffles: true,
    author: (image, p, { scale }) => srvggNet(image, p, scale),
  },
] as const satisfies readonly Row[];

/** Output and input channels of a convolution. */
function channels(tensors: Tensors, name: string): [given: number, taken: number] {
  const [given = 0, taken = 0] = tensors.get(name)?.shape ?? [];
  return [given, taken];
}

/**
 * The upscaler in a file; null if there is none that is run here.
 * @param file its tensors by the file's names.
 * @throws DrobeError 'unsupported-model' for an upscaler that is not for colour pictures.
 */
export function upscalerIn(file: Tensors): Upscaler | null {
  const tensors = upscalerForm(file);
  const row = architectures.find(({ all }) => all.every((name) => tensors.has(name)));
  if (!row) return null;
  const [, taken] = channels(tensors, row.all[0]);
  const [given] = channels(tensors, row.last(tensors));
  const fold = row.folds ? Math.sqrt(taken / COLOURS) : 1;
  const scale = row.times(tensors) / fold;
  const whole = [fold, scale].every((factor) => Number.isInteger(factor) && factor >= 1);
  const isColour = taken === COLOURS * fold ** 2 && (row.shuffles || given === COLOURS);
  if (!whole || !isColour)
    throw new DrobeError('unsupported-model', {
      found: `an upscaler that makes ${given} channels of ${taken}`,
    });
  return { architecture: row.name, scale, fold };
}

/**
 * `image` [1, 3, h, w] in 0…1, both sides multiples of `fold` → `enlarged` [1, 3, s·h, s·w], mostly in 0…1.
 * @param tensors in normal form (see `upscalerForm`).
 */
export function upscalerGraph(
  upscaler: Upscaler,
  tensors: Tensors,
  target: Target,
  { h, w }: { readonly h: number; readonly w: number },
  used?: Set<string>,
): Graph {
  const image = cast(input('image', [1, COLOURS, h, w], target), target.dtype);
  const { author } = defined(architectures.find(({ name }) => name === upscaler.architecture));
  return build({ enlarged: cast(author(image, scope(tensors, target, used), upscaler), 'f32') });
}
