import { aboutWeights, DrobeError } from '../errors';
import type { Graph, Target } from '../graph/graph';
import { decoderGraph, encoderGraph } from '../nets/graphs';
import { fits, type Limits } from '../nets/memory';
import type { Model } from '../nets/model';
import { TAESD_FACTOR, taesdGraph } from '../nets/taesd';
import { canEncode } from '../nets/vae';
import type { Weights } from '../runtime/tensor-bytes';
import type { Latent } from '../sampling/latent';
import type { NetName } from './job';
import { asShared, fromDenoiser } from './latent-scale';
import type { LatentSize } from './size';
import type { Report, Slot } from './memory/slot';
import { smallerTile, type Setting } from './memory/savings';
import { inTiles, tileOf } from './enlarging/tiles';

type PictureNet = Extract<NetName, 'VAE encoder' | 'VAE decoder' | 'TAESD'>;

/** A net from another file, and what tells it from others. */
interface Other {
  readonly key: string;
  readonly weights: Weights;
}

interface Passage {
  readonly name: PictureNet;
  readonly input: 'latents' | 'image';
  /** Numbers for each latent, along either side: of what goes in, and of what comes out. */
  readonly before: number;
  readonly after: number;
  readonly author: (target: Target, size: LatentSize & { readonly batch: 1 }) => Graph;
}

/** The nets between pictures and latents: the checkpoint's VAE or another one, and a TAESD. */
export class PictureNets {
  readonly #model: Model;
  readonly #weights: Weights;
  readonly #slots: Readonly<Record<PictureNet, Slot>>;
  #vae: Other | null = null;
  #taesd: Other | null = null;
  /** The side of the tiles in which they work, in latents; null: on the whole. */
  tile: number | null = null;

  /** @param weights the checkpoint's. */
  constructor(model: Model, weights: Weights, slots: Readonly<Record<PictureNet, Slot>>) {
    this.#model = model;
    this.#weights = weights;
    this.#slots = slots;
  }

  /** What tells the VAE from others; empty for the checkpoint's own. */
  get vae(): string {
    return this.#vae?.key ?? '';
  }

  /** @param open gives the VAE's weights; asked only where it is another than before. */
  async useVae(key: string, open: () => Promise<Weights>): Promise<void> {
    if (key === this.vae) return;
    const vae = key === '' ? null : { key, weights: await open() };
    for (const name of ['VAE encoder', 'VAE decoder'] as const) await this.#slots[name].release();
    this.#vae = vae;
  }

  /** @param open as for `useVae`. */
  async useTaesd(key: string, open: () => Promise<Weights>): Promise<void> {
    if (key === (this.#taesd?.key ?? '')) return;
    const taesd = key === '' ? null : { key, weights: await open() };
    await this.#slots.TAESD.release();
    this.#taesd = taesd;
  }

  weightsOf(name: PictureNet): Weights {
    const other = (name === 'TAESD' ? this.#taesd : this.#vae)?.weights;
    // A VAE that is a decoder alone leaves reading to the one in whose place it decodes.
    return other && (name !== 'VAE encoder' || canEncode(other.tensors)) ? other : this.#weights;
  }

  /** Scaled latents [1, channels, h, w], as the denoiser has them → picture [3, f·h, f·w] in −1…1. */
  decode(latents: Float32Array, size: LatentSize, report: Report): Promise<Float32Array> {
    const { vae } = this.#model;
    const author = this.#about('VAE decoder', (target, part) =>
      decoderGraph(this.#authored('VAE decoder'), target, part),
    );
    return this.#pass(
      { name: 'VAE decoder', input: 'latents', before: 1, after: vae.factor, author },
      fromDenoiser(latents, vae),
      size,
      report,
    );
  }

  /** @throws DrobeError 'vae-decodes-only' if nothing reads pictures. */
  mustEncode(): void {
    const { tensors, name = '' } = this.weightsOf('VAE encoder');
    if (!canEncode(tensors)) throw new DrobeError('vae-decodes-only', { name });
  }

  /**
   * A picture [3, f·h, f·w] in −1…1 → what the VAE takes it for: mean and log-variance of its latents, unscaled and
   * side by side in the channels [2 · channels, h, w].
   * @throws DrobeError 'vae-decodes-only'
   */
  moments(image: Float32Array, size: LatentSize, report: Report): Promise<Float32Array> {
    const { factor } = this.#model.vae;
    this.mustEncode();
    const author = this.#about('VAE encoder', (target, part) =>
      encoderGraph(this.#authored('VAE encoder'), target, part),
    );
    return this.#pass(
      { name: 'VAE encoder', input: 'image', before: factor, after: 1, author },
      image,
      size,
      report,
    );
  }

  /**
   * What scaled latents [1, channels, h, w] look like, as a TAESD sees it: [3, 8h, 8w] in −1…1. Null without a TAESD, and where
   * its pictures would have another size than the VAE's.
   */
  async sketch(latents: Latent, size: LatentSize, report: Report): Promise<Float32Array | null> {
    const weights = this.#taesd?.weights;
    const { vae } = this.#model;
    if (!weights || vae.factor !== TAESD_FACTOR) return null;
    const author = this.#about('TAESD', (target, part) => taesdGraph(weights.tensors, target, part));
    return this.#pass(
      { name: 'TAESD', input: 'latents', before: 1, after: vae.factor, author },
      asShared(latents, vae),
      size,
      report,
    );
  }

  /** The side of the tiles to work in so that decoding fits, by all that shapes tell: this one, or a smaller one. */
  tileThatFits(tile: number | null, setting: Setting, limits: Limits): number | null {
    const { size } = setting;
    const { target } = this.#slots['VAE decoder'];
    const author = this.#about('VAE decoder', (to, part) =>
      decoderGraph(this.#authored('VAE decoder'), to, part),
    );
    for (;;) {
      const part = { batch: 1 as const, ...(tile === null ? size : tileOf(tile, size)) };
      const smaller = smallerTile(tile, setting);
      if (smaller === null || fits(author(target, part), limits)) return tile;
      tile = smaller;
    }
  }

  /** Runs a net on what is a picture on one side of it, or on its tiles. */
  #pass(
    { name, input, before, after, author }: Passage,
    whole: Float32Array,
    size: LatentSize,
    report: Report,
  ): Promise<Float32Array> {
    const tile = this.tile === null ? size : tileOf(this.tile, size);
    const { h, w } = tile;
    const channels = whole.length / (size.h * size.w * before ** 2);
    const shape = [1, channels, h * before, w * before];
    return inTiles(whole, { size, tile, before, after }, (data) =>
      this.#slots[name].run(
        `${h} ${w}`,
        (target) => author(target, { batch: 1, h, w }),
        { [input]: { data, shape } },
        report,
      ),
    );
  }

  /** Errors about a weight name the file that it is in, where that is not the checkpoint's. */
  #about(name: PictureNet, author: Passage['author']): Passage['author'] {
    return (target, size) => aboutWeights({ name: this.weightsOf(name).name }, () => author(target, size));
  }

  /** The model with the VAE that is used. */
  #authored(name: PictureNet): { model: Model; tensors: Weights['tensors'] } {
    return { model: this.#model, tensors: this.weightsOf(name).tensors };
  }
}
