/**
 * What the modules of an IP-Adapter are called: its authors' names, which are the normal form, and those of a UNet of
 * diffusers that it was loaded into.
 * https://github.com/huggingface/diffusers/blob/main/src/diffusers/loaders/unet.py
 */
import { unwrapped } from './places';
import { renamer, type Pair } from './renamer';
import { part, type Tensor, type View } from './views';

/** Whatever is before the projection, and before keys and values; and their names in training. */
const TRAINED = [
  [/^(?:.*\.)?(?=(?:image_proj(?:_model)?|ip_adapter|adapter_modules)\.)/, ''],
  [/^image_proj_model\./, 'image_proj.'],
  [/^adapter_modules\./, 'ip_adapter.'],
] as const;
/** The projection; of several adapters that were loaded, the first one's. */
const PROJECTION = /^(?:.*\.)?encoder_hid_proj\.(?:image_projection_layers\.0\.)?/;
/** Keys or values, by the attention that they belong to. */
const PROCESSOR =
  /^(?:.*\.)?((down|up)_blocks\.(\d+)|mid_block)\.attentions\.(\d+)\.transformer_blocks\.(\d+)\.attn2\.(?:processor\.)?(to_[kv]_ip)\.(?:0\.)?weight$/;

/** A file's tensors in normal form: `image_proj.…`, `ip_adapter.1.to_k_ip.weight`. Other names stay as they are. */
export function ipAdapterForm<T extends Tensor>(file: ReadonlyMap<string, T>): ReadonlyMap<string, View<T>> {
  const names = [...file.keys()].map(unwrapped);
  const project = renamer(projectionPairs(names), 'normal');
  const number = attentionNumbers(names);
  const tensors = new Map<string, View<T>>();
  for (const [name, tensor] of file) {
    const own = unwrapped(name);
    const named = PROJECTION.test(own) ? `image_proj.${own.replace(PROJECTION, '')}` : trained(own);
    const key = number(named) ?? project(named) ?? named;
    for (const [normal, view] of keysAndValues(key, { ...tensor, name })) tensors.set(normal, view);
  }
  return tensors;
}

const trained = (name: string): string =>
  TRAINED.reduce((known, [theirs, normal]) => known.replace(theirs, normal), name);

/** The authors keep the resampler's keys and values in one matrix; diffusers does not. */
function keysAndValues<T extends Tensor>(name: string, view: View<T>): [string, View<T>][] {
  const packed = /^(image_proj\..*\.)to_kv\.(\w+)$/.exec(name);
  if (!packed) return [[name, view]];
  return ['k', 'v'].map((which, i) => [`${packed[1]}to_${which}.${packed[2]}`, part(view, i, 2)]);
}

/** Adapters number attentions 1, 3, 5 … in the order of diffusers' processors: on the way down, up, in the middle. */
function attentionNumbers(names: readonly string[]): (name: string) => string | undefined {
  const found = names.flatMap((name) => {
    const [, place, way, level, ...rest] = PROCESSOR.exec(name) ?? [];
    const [attention, block, which] = rest;
    if (place === undefined) return [];
    const order = [['down', 'up', undefined].indexOf(way), ...[level ?? 0, attention, block].map(Number)];
    return [{ name, which, order }];
  });
  found.sort((a, b) => {
    const differs = a.order.findIndex((n, i) => n !== b.order[i]);
    return differs < 0 ? 0 : a.order[differs]! - b.order[differs]!; // as many
  });
  const numbers = new Map<string, string>();
  let [count, last] = [0, ''];
  for (const { name, which, order } of found) {
    if (last !== order.join()) count++;
    last = order.join();
    numbers.set(name, `ip_adapter.${2 * count - 1}.${which}.weight`);
  }
  return (name) => numbers.get(name);
}

const LAYER: readonly Pair[] = [
  ['0.norm1', 'ln0'],
  ['0.norm2', 'ln1'],
  ['0.to_q', 'attn.to_q'],
  ['0.to_k', 'attn.to_k'],
  ['0.to_v', 'attn.to_v'],
  ['0.to_out', 'attn.to_out.0'],
  ['1.0', 'ff.0'],
  ['1.1', 'ff.1.net.0.proj'],
  ['1.3', 'ff.1.net.2'],
];

/** Names in the projection. diffusers uses the same name for the norm of plain adapters and for another one in full adapters. */
function projectionPairs(names: readonly string[]): Pair[] {
  const isFull = names.some((name) => /encoder_hid_proj\.(?:.*\.)?ff\.net\.0\.proj\.weight$/.test(name));
  const full: readonly Pair[] = [
    ['proj.0', 'ff.net.0.proj'],
    ['proj.2', 'ff.net.2'],
    ['proj.3', 'norm'],
  ];
  const layers = names.flatMap(
    (name) => /encoder_hid_proj\..*layers\.(\d+)\.ln0\.weight$/.exec(name)?.[1] ?? [],
  );
  const pairs: Pair[] = [
    ['proj', 'image_embeds'],
    ...(isFull ? full : []),
    ...layers.flatMap((i) => LAYER.map(([a, b]): Pair => [`layers.${i}.${a}`, `layers.${i}.${b}`])),
  ];
  return pairs.map(([a, b]) => [`image_proj.${a}`, `image_proj.${b}`]);
}
