/**
 * The typed protocol between the page and the engine. Both sides read this file, and it is all they share.
 * A call is a generator on both sides: it yields progress, returns a result, and stops when its signal aborts.
 */
import type { ErrorCode, Facts } from '../errors';
import type { Contents } from '../pipeline/inspection';
import type { Lent } from '../pipeline/job';
import type * as pipeline from '../pipeline/job';
import type { Like } from '../sampling/settings';
import type { TokenCount } from '../text/count';
import type { Emphasis } from '../text/weigh';
import type { DownloadProgress, Unfinished } from '../weights/downloads';
import type { Layout } from '../weights/layout';
import type { RemoteModel } from '../weights/origin';

export type {
  LoraUse,
  MaskedContent,
  NetName,
  Notice,
  Pixels,
  Source,
  Thrift,
  Unused,
} from '../pipeline/job';

/**
 * What nets shall run on. `auto`: WebGPU on a graphics card, else the CPU; `webgpu`: WebGPU even where a CPU imitates
 * the card, and the CPU where there is no WebGPU; `wasm`: the CPU.
 */
export type Backend = 'auto' | 'webgpu' | 'wasm';

/** What to draw, the id of the model to draw it with, and where. */
export interface Job extends pipeline.Job {
  readonly model: string;
  /** The id of a VAE to take in the place of the model's own; empty for that. */
  readonly vae?: string;
  /** The id of a TAESD that shows what is being drawn, and decodes it where `decoder` says so; empty for none. */
  readonly taesd?: string;
  /** For a model that lacks parts; what is absent is taken from the best lender. */
  readonly parts?: Parts;
  readonly backend: Backend;
}

export type Progress =
  /** Another tab is drawing. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'fetching'; readonly doneBytes: number; readonly totalBytes: number }
  | pipeline.Progress;

export interface Picture extends pipeline.Picture {
  readonly job: Job;
  /** Of the files it was made with, by their ids; without those that are still being computed. */
  readonly hashes?: ReadonlyMap<string, NonNullable<ModelEntry['hashes']>>;
}

/** What a checkpoint is and how it likes to be used; read from tensor names, shapes and metadata. */
export interface ModelFacts {
  /** For people: "Stable Diffusion 1.x". */
  readonly family: string;
  /** The title a file states about itself, else its file name without the ending. */
  readonly title: string;
  /** `instruct` models change a picture by instruction, and do nothing else; `inpaint` models fill in best. */
  readonly kind: 'base' | 'instruct' | 'inpaint';
  /** Dtype most weights are stored in, as safetensors spells it: "F16". */
  readonly dtype: string;
  /** Every width and height must be a multiple of this many pixels (the VAE's downscale factor). */
  readonly multiple: number;
  /** `schedule` is absent in what was imported when samplers were named with it. */
  readonly defaults: Pick<Job, 'width' | 'height' | 'steps' | 'guidance' | 'sampler' | 'spacing'> & {
    readonly schedule?: Job['schedule'];
  };
  /** Its guidance is built in; absent in what was imported before there were such models. */
  readonly ignoresNegative?: boolean;
  /** Prompts the checkpoint itself suggests; empty for most. */
  readonly examples: readonly string[];
  /** Tensors that stand inside a net and that no part of it uses; empty for a sound checkpoint. */
  readonly unused: readonly string[];
  /** Draws pictures of at most 128 px: shown enlarged, and said to be a toy. */
  readonly miniature: boolean;
  /** What it predicts, and over which noise; absent in what was imported before this was told. */
  readonly predicts?: Predicts;
  /** What its weights take on a device, by their precision; absent in what was imported before this was told. */
  readonly room?: Readonly<Record<'f16' | 'f32', { readonly bytes: number; readonly together: boolean }>>;
  /** The parts that it has not and must borrow: "VAE and text encoder"; absent where it has all. */
  readonly lacks?: string;
}

/** From which models parts are borrowed: ids. */
export type Parts = Readonly<Partial<Record<Lent, string>>>;

/** A part that a model lacks, and the files that could lend one, the best first. */
export interface Lacking {
  readonly part: Lent;
  readonly lenders: readonly { readonly id: string; readonly file: string }[];
}

/** What a UNet predicts, and over which noise. */
export interface Predicts {
  /** Null where nothing tells: it is tried once. */
  readonly prediction: 'epsilon' | 'v' | null;
  /** Its betas end in noise alone. */
  readonly zeroSnr: boolean;
  /** The highest noise level of one that was trained over all noise up to it (EDM); null for a table of betas. */
  readonly sigmaMax: number | null;
  /** Who says so; nobody where it is as in its family. */
  readonly told: readonly ('marks' | 'metadata' | 'yaml' | 'scheduler')[];
}

/** A problem in a form that can cross the worker line. */
export interface Problem {
  readonly code: ErrorCode;
  readonly facts: Facts;
}

/**
 * What is added to a checkpoint: a LoRA, called by its name in a prompt, `<lora:name:0.8>`, or textual inversions, called
 * by their words. `name` is its file's, without the ending.
 */
export type AddonFacts = { readonly name: string } & (
  | {
      readonly kind: 'lora';
      /** How many modules of a checkpoint it changes. */
      readonly modules: number;
      /** What it was trained on, as it says itself; a stranger's text. */
      readonly base: string | null;
      /** Textual inversions that lie in its file and work while it is on; absent in what was imported before these did. */
      readonly words?: readonly Trigger[];
    }
  | { readonly kind: 'vae' | 'taesd' }
  /** Parts of a model without a UNet, which others can borrow. `holds`: "VAE and text encoder". */
  | { readonly kind: 'parts'; readonly holds: string }
  | {
      readonly kind: 'embedding';
      readonly words: readonly Trigger[];
    }
);

/** A word with vectors of its own, and how many there are: so many tokens of a prompt it takes. */
export interface Trigger {
  readonly trigger: string;
  readonly vectors: number;
}

/**
 * One checkpoint that could be chosen, or what can be added to one. `stored`: copied into IndexedDB. `linked`: read from
 * where the person's file lies. `served`: lies in models/ beside the app.
 */
export type ModelEntry = {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly origin: 'stored' | 'linked' | 'served';
  /** SHA-256 of the file, and of its tensors alone; not there before they are computed, which is some time after import. */
  readonly hashes?: { readonly file: string; readonly tensors: string };
} & ({ readonly facts: ModelFacts } | { readonly problem: Problem } | { readonly addon: AddonFacts });

/** A file of the person's own, and where it lay in what was dropped: "sd/unet/model.safetensors". */
export interface LocalFile {
  readonly file: File;
  readonly path: string;
  /** What lets the browser find the file again, where it has such a thing. */
  readonly handle?: FileSystemFileHandle;
}

/** A model in one of the person's files, or in several. */
export interface LocalModel {
  readonly name: string;
  readonly bytes: number;
  readonly layout: Layout<LocalFile>;
  /** Texts of the settings that lie beside it, by the names under which a model is told by them. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** What there is to import among files. */
export interface Gathered {
  readonly models: readonly LocalModel[];
  /** Parts of a model of which others are missing. */
  readonly refused: readonly { readonly file: string; readonly problem: Problem }[];
  /** A .yaml each that says how a checkpoint is drawn which is not among them: see `annotate`. */
  readonly settings: readonly LocalFile[];
}

/** What the header of a file tells, be it a model or not. */
export interface Inspection extends Contents {
  /** Size of the file. */
  readonly bytes: number;
  /** What Drobė takes it for, or why it cannot use it. */
  readonly verdict:
    { readonly facts: ModelFacts } | { readonly addon: AddonFacts } | { readonly problem: Problem };
  /** How much of it the chosen model uses; null where it is no LoRA, or no model is chosen. */
  readonly use: pipeline.LoraUse | null;
  /** Its header is whole, and its data is not or has something behind it. */
  readonly lack: Problem | null;
}

/** A model that can be downloaded. */
export interface Offer {
  readonly file: string;
  readonly bytes: number;
  /** As its server names it; null where it does not. */
  readonly licence: string | null;
  readonly verdict: Inspection['verdict'];
  /** Where its bytes are; null where they cannot be used. */
  readonly model: RemoteModel | null;
  /** As of a `LocalModel`. */
  readonly beside?: LocalModel['beside'];
}

export type { DownloadProgress, Unfinished };

/** What the browser's storage holds. */
export interface StorageFacts {
  /** Of everything this site keeps; null where the browser does not tell. */
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
  /** The browser has promised not to clear it by itself. */
  readonly persisted: boolean;
  /** Bytes of a stored model that others have too and that are there once, by its id. */
  readonly shared: ReadonlyMap<string, number>;
}

/** What came of reading a stored model once more. */
export interface Verification {
  /** Tensors of which bytes are missing or are not what they were, or null: its header. */
  readonly damaged: readonly string[] | null;
  /** Bytes that could not be compared with anything. */
  readonly unknown: number;
  /** The server that sends again what is damaged, where it came from one. */
  readonly server: string | null;
}

export interface InstallProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Where nets run. `slow` says why it will be slow, unless it was chosen so. */
export interface DeviceInfo {
  readonly backend: 'webgpu' | 'wasm';
  readonly name: string;
  readonly float16: boolean;
  readonly slow: 'no-gpu' | 'imitated-gpu' | null;
}

/** Prompts, and how they are to be read. */
export interface TokenWish {
  readonly prompt: string;
  readonly negative: string;
  readonly emphasis: Emphasis;
  readonly like: Like;
  readonly steps: number;
}

/** How many tokens prompts take. */
export interface TokenCounts {
  readonly prompt: TokenCount;
  readonly negative: TokenCount;
}

/** Given to every engine call: when to stop, and a way to report from inside synchronous work. */
export interface CallContext<Y> {
  readonly signal: AbortSignal;
  readonly report: (value: Y) => void;
}

/** The engine's side of a call. */
export type Call<Y, R> = (context: CallContext<Y>) => AsyncGenerator<Y, R, void>;

export interface EngineApi {
  device(wish: Backend): Call<never, DeviceInfo>;
  models(): Call<never, ModelEntry[]>;
  /** Finds the files that are one model together, the parts of a diffusers folder, and makes them one file. */
  gather(files: readonly LocalFile[]): Call<never, Gathered>;
  /** Checks the model, then copies it into IndexedDB; one that is there already is that. A failure or abort leaves nothing behind. */
  install(model: LocalModel): Call<InstallProgress, ModelEntry>;
  /** Checks the model, then remembers where its files lie: they are read from there. All of them have a handle. */
  link(model: LocalModel): Call<never, ModelEntry>;
  /**
   * Imported checkpoints of the name of a .yaml are drawn from now on as it says. Their files stay as they are.
   * @returns them. @throws 'settings-alone' where there is none.
   */
  annotate(settings: LocalFile): Call<never, readonly ModelEntry[]>;
  /** The files that a linked model is read from, for the page to ask whether they may be. */
  filesOf(id: string): Call<never, readonly FileSystemFileHandle[]>;
  /** What can be downloaded from an address, a file's or a Hugging Face repository's. Reads headers and nothing else. */
  look(address: string): Call<never, readonly Offer[]>;
  /** Downloads an offer, or goes on with the unfinished download of this id. An abort leaves it unfinished. */
  download(what: Offer | string): Call<DownloadProgress, ModelEntry>;
  unfinished(): Call<never, readonly Unfinished[]>;
  /** Deletes what has arrived of an unfinished download. */
  discard(id: string): Call<never, void>;
  /**
   * Reads the header of a file, of an offer or of the model with this id, and nothing else of it. Nothing is kept.
   * @param model the id of the one that is chosen, against which a LoRA is held; empty for none.
   */
  inspect(what: string | File | Offer, model?: string): Call<never, Inspection>;
  /** How much this model uses of each LoRA at hand, by the LoRA's id. */
  uses(model: string): Call<never, ReadonlyMap<string, pipeline.LoraUse>>;
  storage(): Call<never, StorageFacts>;
  /** Reads all of a stored model and compares it with what was stored. What is damaged is deleted, to be imported anew. */
  verify(id: string): Call<InstallProgress, Verification>;
  /** Fetches again what is damaged of a downloaded model, from where it came. Returns how many bytes that were. */
  repair(id: string): Call<DownloadProgress, number>;
  /** The model's file, byte for byte, to be saved elsewhere; all of it is read and compared first. */
  contents(id: string): Call<InstallProgress, Blob>;
  /** The parts that a model lacks; none for most. */
  lacking(id: string): Call<never, readonly Lacking[]>;
  countTokens(wish: TokenWish): Call<never, TokenCounts>;
  /** Calls a stored or linked model by another file name from now on. */
  rename(id: string, name: string): Call<never, ModelEntry>;
  /** Deletes a stored checkpoint, or forgets a linked one. */
  remove(id: string): Call<never, void>;
  /** One picture. Throws 'busy' while another one is in work. */
  generate(job: Job): Call<Progress, Picture>;
}

/** Of both workers. */
interface Witness {
  /** Tells the origin of every request that the worker makes, as often as it does, and never ends. */
  requests(): Call<readonly string[], never>;
}

/** What asks other servers. It is done in a worker of its own, which is there only while it is. */
export type CourierApi = Pick<EngineApi, 'look' | 'download' | 'repair'> & Witness;

/** What is done in the engine's worker, which can reach no server but the app's. */
export type WorkerApi = Omit<EngineApi, 'look' | 'download' | 'repair'> & Witness;
