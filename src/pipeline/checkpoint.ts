import type { Target } from '../graph/graph';
import { t5Parts } from '../nets/memory';
import type { LoraUse } from '../nets/lora';
import type { Model, Prediction } from '../nets/model';
import type { Machine } from '../runtime/device';
import type { Patch, Weights } from '../runtime/tensor-bytes';
import type { Latent } from '../sampling/latent';
import type { Tokenizer } from '../text/windows';
import { oneByOne, type DenoiserValues } from './batch';
import { Controls } from './guiding/controls';
import { Encoders } from './prompt/encoders';
import type { NetName } from './job';
import { patchesOf, useOf, type Lora } from './files/lora';
import { MMDiT } from './mmdit';
import { openNet, patched } from './memory/opening';
import { PictureNets } from './picture-nets';
import { References } from './guiding/references';
import type { DeepFeatures } from './reuse';
import { DeviceMemory } from './memory/device-memory';
import { SavingsPlanner } from './memory/savings-planner';
import { scaled } from './scales';
import type { LatentSize } from './size';
import { Slot, type Report } from './memory/slot';
import { T5, t5TokenizerIn } from './prompt/t5';
import { UNet } from './unet';

/** Names of a checkpoint's own nets. */
type OwnNet = Exclude<
  NetName,
  'ControlNet' | 'T2I-Adapter' | 'image encoder' | 'IP-Adapter' | 'upscaler' | 'hint net'
>;

/** A LoRA, and how much of it a model uses. */
export interface NamedUse {
  readonly name: string;
  readonly use: LoraUse;
}

/** Nets that run in turn in the steps of one picture. */
const inTurn: readonly OwnNet[] = ['UNet', 'outer UNet', 'MMDiT'];

const ownSlots = (slot: (name: OwnNet) => Slot): Readonly<Record<OwnNet, Slot>> => ({
  'text encoder': slot('text encoder'),
  'second text encoder': slot('second text encoder'),
  'text attention': slot('text attention'),
  T5: slot('T5'),
  UNet: slot('UNet'),
  MMDiT: slot('MMDiT'),
  'outer UNet': slot('outer UNet'),
  TAESD: slot('TAESD'),
  'VAE encoder': slot('VAE encoder'),
  'VAE decoder': slot('VAE decoder'),
});

/** A checkpoint opened on a machine: its nets become sessions when they are first used, and stay while there is room. */
export class Checkpoint {
  readonly model: Model;
  readonly #machine: Machine;
  readonly #weights: Weights;
  readonly #encoders: Encoders;
  readonly #t5: T5;
  /** The net that predicts: a UNet or an MMDiT. */
  readonly #denoiser: UNet | MMDiT;
  readonly #pictures: PictureNets;
  /** Nets that guide by pictures. */
  readonly controls: Controls;
  /** Pictures that are part of the prompt. */
  readonly references: References;
  #patches: ReadonlyMap<string, Patch> = new Map();
  /** Identifies the LoRAs that are applied; null where applying others failed halfway: then they are applied again. */
  #loras: string | null = '';
  #uses: readonly NamedUse[] = [];
  #t5Tokenizer: Promise<Tokenizer | null> | null = null;
  #prediction: Prediction | null = null;
  readonly #memory: DeviceMemory;
  readonly #planner: SavingsPlanner;

  constructor(model: Model, weights: Weights, machine: Machine) {
    this.model = model;
    this.#weights = scaled(weights);
    this.#machine = machine;
    const slotOf = (name: NetName, dtype: Target['dtype'], weightsNow: () => Weights): Slot => {
      const slot = new Slot(name, dtype, machine, async (graph, report) => {
        await this.#memory.makeRoomFor(slot);
        return openNet(machine, name, graph, weightsNow(), report, this.#memory.deviceFor(slot));
      });
      return slot;
    };
    const { dtype } = machine.target();
    const slots = ownSlots((name) => {
      const isFloat32 = name.startsWith('VAE') && model.vae.float32;
      return slotOf(name, isFloat32 ? 'f32' : dtype, () => this.#weightsOf(name));
    });
    const texts = [slots['text encoder'], slots['second text encoder']];
    this.#encoders = new Encoders(model, () => this.#changed, texts);
    this.#t5 = new T5(
      model,
      () => this.#changed,
      slots.T5,
      () => t5Parts(this.#weights.tensors, slots.T5.target.dtype, slots.T5.bits),
    );
    this.#pictures = new PictureNets(model, this.#weights, slots);
    this.controls = new Controls(
      model,
      () => this.#changed,
      () => slots.UNet.target,
      (name, weights) => slotOf(name, dtype, () => weights),
    );
    this.references = new References(model, this.#weights.tensors, machine.target(), (name, weightsNow) =>
      slotOf(name, dtype, weightsNow),
    );
    const { tensors } = this.#weights;
    const unets = { whole: slots.UNet, outer: slots['outer UNet'], attention: slots['text attention'] };
    this.#denoiser =
      model.denoiser.net === 'mmdit'
        ? new MMDiT(model, tensors, slots.MMDiT)
        : new UNet(model, tensors, unets, this);
    const { controls, references } = this;
    const turning = inTurn.map((name) => slots[name]);
    const own = Object.values(slots);
    this.#memory = new DeviceMemory(machine, tensors, { own, inTurn: turning, controls, references });
    const nets = {
      denoiser: this.#denoiser,
      texts: { text2: slots['second text encoder'], t5: slots.T5 },
      inTurn: turning,
      pictures: this.#pictures,
      controls,
      references,
    };
    this.#planner = new SavingsPlanner(machine, this.#memory, nets, this.native);
  }

  /** What all text encoders make of windows of prompts; see `Encoders`. */
  encode(...asked: Parameters<Encoders['encode']>): ReturnType<Encoders['encode']> {
    return this.#encoders.encode(...asked);
  }

  /** What the denoiser predicts, as the checkpoint says, or as a trial shows, which is made once. */
  async prediction(trial: () => Promise<Prediction>): Promise<Prediction> {
    return (this.#prediction ??= this.model.prediction ?? (await trial()));
  }

  /** Sets how little memory pictures of a size are drawn with; see `SavingsPlanner`. */
  settleSavings(...asked: Parameters<SavingsPlanner['settle']>): ReturnType<SavingsPlanner['settle']> {
    return this.#planner.settle(...asked);
  }

  /**
   * Prepares the denoiser and ControlNets for the prompts of a pass.
   * @param contexts their encodings, [tokens, width] each.
   */
  async prepare(contexts: readonly Float32Array[], report: Report): Promise<void> {
    await this.#denoiser.prepare(contexts, report);
    await this.controls.prepare(contexts, report);
  }

  /**
   * One run of the denoiser on a batch; see `unetGraph` and `mmditGraph`.
   * @param features of earlier calls, which may replace whole runs.
   */
  predict(values: DenoiserValues, report: Report, features?: DeepFeatures): Promise<Float32Array> {
    const asked = this.#denoiser.runner(report, features);
    return this.#planner.single ? oneByOne(asked, values) : asked(values);
  }

  /** How many blocks of the denoiser can be left out: all of an MMDiT's, none of a UNet's. */
  get blocks(): number {
    return this.#denoiser.blocks;
  }

  /** The tokenizer of the model's T5; null where it has no T5, or no tokenizer. */
  t5Tokenizer(): Promise<Tokenizer | null> {
    return (this.#t5Tokenizer ??= this.model.t5 ? t5TokenizerIn(this.#weights) : Promise.resolve(null));
  }

  /** Whether T5's weights are read anew for each prompt. */
  get readsT5InParts(): boolean {
    return this.#t5.inParts;
  }

  /** What T5 makes of texts; see `T5`. */
  readT5(...asked: Parameters<T5['encode']>): ReturnType<T5['encode']> {
    return this.#t5.encode(...asked);
  }

  /** Scaled latents [1, channels, h, w], as the denoiser has them → picture [3, f·h, f·w] in −1…1. */
  decode(latents: Float32Array, size: LatentSize, report: Report): Promise<Float32Array> {
    return this.#pictures.decode(latents, size, report);
  }

  /** Throws where nothing reads pictures; see `PictureNets`. */
  mustEncode(): void {
    this.#pictures.mustEncode();
  }

  /** A picture [3, f·h, f·w] in −1…1 → mean and log-variance of its latents; see `PictureNets`. */
  moments(image: Float32Array, size: LatentSize, report: Report): Promise<Float32Array> {
    return this.#pictures.moments(image, size, report);
  }

  /** What scaled latents look like to a TAESD; see `PictureNets`. */
  sketch(latents: Latent, size: LatentSize, report: Report): Promise<Float32Array | null> {
    return this.#pictures.sketch(latents, size, report);
  }

  /**
   * Applies LoRAs to weights on their way to the device. Nets that were opened with others are closed.
   * @param key identifies these LoRAs and their strengths; empty for none.
   * @param open called only if they are others than before.
   * @returns how much of each is used.
   */
  async useLoras(key: string, open: () => Promise<readonly Lora[]>): Promise<readonly NamedUse[]> {
    if (key === this.#loras) return this.#uses;
    const { tensors } = this.#weights;
    const loras = await open();
    const patches = patchesOf(this.model, tensors, loras);
    await this.#encoders.close();
    await this.#t5.close();
    await this.#denoiser.close();
    this.#loras = null;
    this.#patches = patches;
    await this.controls.lend();
    this.#loras = key;
    return (this.#uses = loras.map(({ name, header }) => ({ name, use: useOf(header, tensors) })));
  }

  /**
   * Uses this VAE from now on.
   * @param key identifies it; empty for the checkpoint's own.
   * @param open gives its weights; called only if it is another one than before.
   */
  useVae(key: string, open: () => Promise<Weights>): Promise<void> {
    return this.#pictures.useVae(key, open);
  }

  /** Uses this decoder for previews from now on, and for pictures where a job says so; parameters as for `useVae`. */
  useTaesd(key: string, open: () => Promise<Weights>): Promise<void> {
    return this.#pictures.useTaesd(key, open);
  }

  /** What computes: a GPU that is imitated by a CPU is slower than the CPU by itself. */
  get computedBy(): 'card' | 'cpu' | 'imitated' {
    const { backend, imitated } = this.#machine;
    if (imitated) return 'imitated';
    return backend === 'webgpu' ? 'card' : 'cpu';
  }

  /** The type of its weights on the device, where they are not rounded. */
  get dtype(): Target['dtype'] {
    return this.#machine.target().dtype;
  }

  /** The side at which the model draws best, in latents. */
  get native(): number {
    const { recommended, vae } = this.model;
    return Math.max(recommended.width, recommended.height) / vae.factor;
  }

  /** Whether all nets stay on the device together. */
  get resident(): boolean {
    return this.#memory.resident;
  }

  /** Whether the weights of all nets are small enough for that. */
  get together(): boolean {
    return this.#memory.together;
  }

  /** Frees everything on the device. The checkpoint can still be used: nets open again. */
  release(): Promise<void> {
    return this.#memory.releaseAll();
  }

  /** The checkpoint's own weights, with what LoRAs add. */
  get #changed(): Weights {
    return patched(this.#weights, this.#patches);
  }

  #weightsOf(name: OwnNet): Weights {
    switch (name) {
      case 'TAESD':
      case 'VAE encoder':
      case 'VAE decoder':
        return this.#pictures.weightsOf(name);
      case 'text encoder':
      case 'second text encoder':
      case 'T5':
      case 'text attention':
      case 'UNet':
      case 'MMDiT':
      case 'outer UNet':
        return this.#changed;
    }
  }
}
