/**
 * The typed protocol between the page and the engine. Both sides read this file and `models.ts`, and that is all they share.
 * A call is a generator on both sides: it yields progress, returns a result, and stops when its signal aborts.
 */
import type * as pipeline from '../pipeline/job';
import type { Like } from '../sampling/settings';
import type { TokenCount } from '../text/count';
import type { Emphasis } from '../text/weigh';
import type { DownloadProgress, Unfinished } from '../weights/download/downloads';
import type {
  Gathered,
  Inspection,
  Lacking,
  LocalFile,
  LocalModel,
  ModelEntry,
  Offer,
  Parts,
} from './models';

export type {
  Control,
  ControlMode,
  LoraUse,
  Mask,
  MaskedContent,
  NetHintName,
  NetName,
  Notice,
  Pixels,
  Redraw,
  RedrawOrder,
  Reference,
  Source,
  Thrift,
  Unused,
  Upscaler,
} from '../pipeline/job';
export type * from './models';

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

/** A picture to make larger. */
export interface EnlargeWish {
  readonly pixels: pipeline.Pixels;
  /** The name of the upscaler. */
  readonly upscaler: string;
  /** As large as it shall be; absent: as the upscaler makes it. */
  readonly size?: Pick<pipeline.Pixels, 'width' | 'height'>;
  readonly backend: Backend;
  /** It works in tiles of at most so many pixels on a side; absent: as large as fits. */
  readonly side?: number;
}

/** A picture of which a net shall make a hint. */
export interface HintWish {
  readonly pixels: pipeline.Pixels;
  /** Which one; of several that a net can make. */
  readonly hint: pipeline.NetHintName;
  /** The id of the net's file. */
  readonly model: string;
  readonly backend: Backend;
}

export type EnlargeProgress =
  | Exclude<Progress, { kind: 'short-of-memory' | 'step' | 'encoding' | 'decoding' }>
  /** Told before it fails: with tiles of this side it may succeed. */
  | { readonly kind: 'short-of-memory'; readonly side: number };

export interface Picture extends pipeline.Picture {
  readonly job: Job;
  /** Of the files it was made with, by their ids; without those that are still being computed. */
  readonly hashes?: ReadonlyMap<string, NonNullable<ModelEntry['hashes']>>;
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

export interface ImportProgress extends InstallProgress {
  /** Told once, of what can be drawn with from now on: its copy will have the same id. Absent of what has to wait for it. */
  readonly entry?: ModelEntry;
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
  /**
   * Checks the model, then copies it into IndexedDB; one that is there already is that. A failure or abort leaves nothing
   * behind. Meanwhile a checkpoint is drawn from its own files.
   */
  install(model: LocalModel): Call<ImportProgress, ModelEntry>;
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
  /**
   * Opens the nets that such a picture from words needs, and compiles them, where they stay on the device together and
   * nobody draws. It stops for whatever is asked meanwhile, and what is open by then is used.
   */
  prepare(job: Job): Call<Progress, void>;
  /** One picture. Throws 'busy' while another one is in work. */
  generate(job: Job): Call<Progress, Picture>;
  /**
   * The hint that a net makes of a picture, of its size. Throws 'busy' while a picture is in work, and 'model-gone'; while
   * one is made, the next waits.
   */
  hint(wish: HintWish): Call<Progress, pipeline.Pixels>;
  /**
   * A picture as large as is wished, or as its upscaler makes it, with what shows through. Throws 'busy' while a picture is
   * in work, 'upscaler-unknown' and 'result-too-large'.
   */
  enlarge(wish: EnlargeWish): Call<EnlargeProgress, pipeline.Pixels>;
}

/** Of both workers. */
interface Witness {
  /** Tells the origin of every request that the worker makes, as often as it does, and never ends. */
  requests(): Call<readonly string[], never>;
}

/** What asks other servers. It is done in a worker of its own, which is there only while it is. */
export type CourierApi = Pick<EngineApi, 'look' | 'download' | 'repair'> & Witness;

/** What copies a model, in a worker of its own: nets that run do not hold it up. */
export type ImporterApi = Pick<EngineApi, 'install'>;

/** What is done in the engine's worker, which can reach no server but the app's. */
export type WorkerApi = Omit<EngineApi, 'install' | 'look' | 'download' | 'repair'> &
  Witness & {
    /** There is one more model, drawn from these files, until the call is ended: then its copy is there, or none. */
    arrive(entry: ModelEntry, model: LocalModel): Call<never, void>;
  };
