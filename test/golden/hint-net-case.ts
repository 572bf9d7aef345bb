/** The cases of nets that make hints, as their folders tell. */
import type { NetHintName } from '../../src/canvas/hints';
import type { Pixels } from '../../src/canvas/pixels';
import type { HintNet, HintWay } from '../../src/nets/hints/hint-net';
import { goldenJson, goldenTensors } from './root';
import type { Tensor } from './tensors';

export interface HintNetCase {
  readonly net: HintNet;
  /** Which hint it is asked for, by A1111's name. */
  readonly hint: NetHintName;
  readonly way: HintWay;
  /** Of its file. */
  readonly path: string;
  /** What the net is given, and what it gives. */
  readonly images: readonly (readonly [image: Tensor, output: Tensor])[];
  /** A picture, and the hint of it with what is done before and after the net, [h, w] in bytes. */
  readonly picture: Pixels;
  readonly made: Tensor;
}

export function hintNetCase(name: string): HintNetCase {
  const { net, hint, file } = goldenJson(`hint-nets/${name}/case.json`) as {
    readonly net: HintNet;
    readonly hint: NetHintName;
    readonly file: string;
  };
  const tensor = goldenTensors(`hint-nets/${name}/expected.safetensors`);
  return {
    ...{ net, hint, made: tensor('hint'), picture: pictureOf(tensor('picture')) },
    way: { version: hint === 'depth_anything' ? 1 : 2 },
    path: `hint-nets/${name}/${file}`,
    images: [0, 1].map((i) => [tensor(`image${i}`), tensor(`output${i}`)] as const),
  };
}

/** [h, w, 3] in bytes. */
function pictureOf({ shape, data }: Tensor): Pixels {
  const [height, width] = shape as [number, number];
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width, height, rgba };
}
