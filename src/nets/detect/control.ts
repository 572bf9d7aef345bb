/**
 * Nets that guide a UNet by a picture: which one a file holds, and the family of models that it was made for, told from names
 * and shapes. No file says which kind of picture its net wants.
 */
import { DrobeError } from '../../errors';
import type { ControlNetModel, T2IModel } from '../control-graphs';
import { controlKind } from './control-kinds';
import type { CheckpointHeader, TensorFacts } from './detect';
import { familyOf, families, signsOf } from '../families';
import { statedFacts } from './metadata';
import type { UNetModel } from '../model';
import { adapterForm, controlForm } from '../names/control';
import { unwrapped } from '../names/places';
import type { View } from '../names/views';

interface Guide<T extends TensorFacts> {
  /** The family of the models that it guides: "Stable Diffusion 1.x". */
  readonly base: string;
  /** In normal form (see `names/control.ts`). */
  readonly tensors: ReadonlyMap<string, View<T>>;
}

export interface ControlNetGuide<T extends TensorFacts = TensorFacts> extends Guide<T> {
  readonly net: 'ControlNet' | 'Control-LoRA';
  readonly model: ControlNetModel;
  /**
   * Which weights a UNet lends: none; every weight that the net has, too, which is then added to the UNet's; or the
   * weights that the net lacks, with the changes that it has for them.
   */
  readonly borrows: 'nothing' | 'sums' | 'rest';
}

export interface T2IGuide<T extends TensorFacts = TensorFacts> extends Guide<T> {
  readonly net: 'T2I-Adapter';
  readonly model: T2IModel;
}

export type AnyGuide<T extends TensorFacts = TensorFacts> = ControlNetGuide<T> | T2IGuide<T>;

/**
 * The net that a file holds, if it holds one.
 * @throws DrobeError 'missing-weight' if the weights that tell its size are missing, 'unsupported-control' for a net with another
 * input than a picture, or of unknown size.
 */
export function recogniseControl<T extends TensorFacts>(header: {
  readonly tensors: ReadonlyMap<string, T>;
  readonly metadata: CheckpointHeader['metadata'];
}): AnyGuide<T> {
  const net = controlKind(header.tensors);
  return net === 'T2I-Adapter'
    ? t2iIn(adapterForm(header.tensors))
    : controlNetIn(net ?? 'ControlNet', controlForm(header.tensors), header);
}

/** A ControlNet with facts that its file leaves open, such as heads, taken from the UNet of which it copies half. */
export const besideUNet = (model: ControlNetModel, unet: UNetModel): ControlNetModel => ({
  ...model,
  unet: { ...unet, inChannels: model.unet.inChannels, guidanceWidth: null },
});

function controlNetIn<T extends TensorFacts>(
  net: ControlNetGuide['net'],
  tensors: Guide<T>['tensors'],
  { tensors: own, metadata }: CheckpointHeader,
): ControlNetGuide<T> {
  const isDifference = [...own.keys()].some((name) => /(?:^|\.)difference$/.test(unwrapped(name)));
  const signs = signsOf(tensors, 'control');
  const family = familyOf(signs);
  const { unetHeads } = statedFacts(metadata);
  const [modelChannels] = shapeOf(tensors, 'control.zero_convs.0.0.weight') as [number];
  const columnsOf = (module: string): number | undefined =>
    (tensors.get(`${module}.weight`) ?? tensors.get(`${module}.down`))?.shape[1];
  return {
    net,
    base: family.name,
    borrows: net === 'Control-LoRA' ? 'rest' : isDifference ? 'sums' : 'nothing',
    tensors,
    model: {
      unet: {
        net: 'unet',
        heads: unetHeads === null ? family.heads : () => unetHeads,
        modelChannels,
        inChannels: columnsOf('control.input_blocks.0.0') ?? LATENTS,
        contextWidth: signs.contextWidth,
        labelWidth: signs.labelWidth,
        guidanceWidth: null,
      },
      hintChannels: channelsOf(net, shapeOf(tensors, 'control.input_hint_block.0.weight')[1]!),
      kinds: kindsOf(tensors.get('control.task_embedding')?.shape[0] ?? 0),
    },
  };
}

/** Channels of latents, if there is no first convolution to tell. */
const LATENTS = 4;

/** Kinds of hint in the order of xinsir's union nets: the first six, or all in "ProMax". */
const UNION = [
  ['openpose'],
  ['depth'],
  ['hed', 'pidi', 'scribble', 'ted'],
  ['canny', 'lineart', 'anime_lineart', 'mlsd'],
  ['normal'],
  ['segment'],
  ['tile'],
  ['repaint'],
].map((names) => names.join('/'));

const kindsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => UNION[i] ?? `kind ${i + 1}`);

function t2iIn<T extends TensorFacts>(tensors: Guide<T>['tensors']): T2IGuide<T> {
  const light = 'body.0.resnets.0.in_conv';
  const has = (module: string): boolean => tensors.has(`adapter.${module}.weight`);
  const first = has(light) && !has('conv_in') ? light : 'conv_in';
  const inner = shapeOf(tensors, `adapter.${first}.weight`)[1]!;
  const size = SIZES.find(({ pixels }) => [1, 3].includes(inner / pixels ** 2));
  if (!size) throw unsupported(`a T2I-Adapter that takes ${inner} numbers for each of its points`);
  const { base, ...config } = size;
  const hintChannels = inner / config.pixels ** 2;
  return { net: 'T2I-Adapter', base, tensors, model: { ...config, hintChannels } };
}

/** https://github.com/huggingface/diffusers/blob/main/src/diffusers/models/adapter.py */
const SIZES = [
  { pixels: 8, halving: [1, 2, 3], base: families.sd1.name },
  { pixels: 16, halving: [2], base: families.sdxl.name },
];

function channelsOf(net: string, channels: number): number {
  if (channels === 1 || channels === 3) return channels;
  throw unsupported(`a ${net} that is shown pictures of ${channels} channels`);
}

function shapeOf(tensors: Guide<TensorFacts>['tensors'], key: string): readonly number[] {
  const tensor = tensors.get(key);
  if (!tensor) throw new DrobeError('missing-weight', { key });
  return tensor.shape;
}

const unsupported = (found: string): DrobeError => new DrobeError('unsupported-control', { found });
