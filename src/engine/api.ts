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
  MemorySavings,
  Unused,
  Upscaler,
} from '../pipeline/job';
export type * from './models';

/**
 * Where nets are to run. `auto`: WebGPU on a graphics card, else the CPU; `webgpu`: WebGPU even where a CPU imitates the
 * card, and the CPU where there is no WebGPU; `wasm`: the CPU.
 */
export type Backend = 'auto' | 'webgpu' | 'wasm';

/** What to draw, with which model (an id), and where. */
export interface Job extends pipeline.Job {
  readonly model: string;
  /** The id of a VAE to use instead of the model's own; empty for its own. */
  readonly vae?: string;
  /** The id of a TAESD for previews, and for the final picture where `decoder` says so; empty for none. */
  readonly taesd?: string;
  /**
   * For a model that lacks parts: from which files to borrow. A part that is absent here is borrowed from the best lender.
   */
  readonly parts?: Parts;
  readonly backend: Backend;
}

/** What a page is told while a picture is drawn. */
export type Progress =
  /** Another tab is drawing. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'fetching'; readonly doneBytes: number; readonly totalBytes: number }
  | pipeline.Progress;

/** A picture to enlarge. */
export interface EnlargeWish {
  readonly pixels: pipeline.Pixels;
  /** The name of the upscaler. */
  readonly upscaler: string;
  /** The size to reach; absent for the upscaler's own. */
  readonly size?: Pick<pipeline.Pixels, 'width' | 'height'>;
  readonly backend: Backend;
  /** The largest side of tiles, in pixels; absent for as large as fits. */
  readonly side?: number;
}

/** A picture to make a hint of, by a net. */
export interface HintWish {
  readonly pixels: pipeline.Pixels;
  /** Which of the hints that the net can make. */
  readonly hint: pipeline.NetHintName;
  /** The id of the net's file. */
  readonly model: string;
  readonly backend: Backend;
}

export type EnlargeProgress =
  | Exclude<Progress, { kind: 'short-of-memory' | 'step' | 'encoding' | 'decoding' }>
  /** Reported before it fails: with tiles of this side, in pixels, it may succeed. */
  | { readonly kind: 'short-of-memory'; readonly side: number };

/** A finished picture, and the job as it was drawn: with seed, prompts and models settled. */
export interface Picture extends pipeline.Picture {
  readonly job: Job;
  /** Hashes of the files it was made with, by their ids; those still being computed are missing. */
  readonly hashes?: ReadonlyMap<string, NonNullable<ModelEntry['hashes']>>;
}

export type { DownloadProgress, Unfinished };

/** What the browser's storage holds. */
export interface StorageFacts {
  /** By everything this site stores; null where the browser does not say. */
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
  /** Whether the browser has promised not to clear it by itself. */
  readonly persisted: boolean;
  /** How many bytes of each stored model are shared with others, and stored once; by id. */
  readonly shared: ReadonlyMap<string, number>;
}

/** The result of checking a stored model. */
export interface Verification {
  /** Names of damaged tensors; null if its header is damaged. */
  readonly damaged: readonly string[] | null;
  /** Bytes that cannot be checked, as they were stored without a hash. */
  readonly unknown: number;
  /** The server that damaged parts can be fetched from; null where it was not downloaded. */
  readonly server: string | null;
}

/** How far an import is. */
export interface InstallProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface ImportProgress extends InstallProgress {
  /** Reported once, when the model can be used although its copy is not finished: the copy will have the same id. */
  readonly entry?: ModelEntry;
}

/** Where nets run. `slow`: why that will be slow; null where it is not, or was chosen. */
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

/** Given to every call: the signal that stops it, and a way to report progress from synchronous work. */
export interface CallContext<Y> {
  readonly signal: AbortSignal;
  readonly report: (value: Y) => void;
}

/** The engine's side of a call. */
export type Call<Y, R> = (context: CallContext<Y>) => AsyncGenerator<Y, R, void>;

/** All that the page may ask of the engine and its workers. Calls report their progress, and end when their signal aborts. */
export interface EngineApi {
  device(wish: Backend): Call<never, DeviceInfo>;
  models(): Call<never, ModelEntry[]>;
  /** Finds the models among files; parts of a diffusers folder become one model. */
  gather(files: readonly LocalFile[]): Call<never, Gathered>;
  /**
   * Checks a model, then copies it into IndexedDB, unless it is there already. A failure or abort leaves nothing behind. A
   * checkpoint can be used from its own files meanwhile.
   */
  install(model: LocalModel): Call<ImportProgress, ModelEntry>;
  /** Checks a model, then stores the handles of its files, from which it will be read in place. */
  link(model: LocalModel): Call<never, ModelEntry>;
  /**
   * Applies a .yaml to the imported checkpoints of the same name; their files stay as they are.
   * @returns these checkpoints.
   * @throws 'settings-alone' if there is none.
   */
  annotate(settings: LocalFile): Call<never, readonly ModelEntry[]>;
  /** The files that a linked model is read from, so that the page can ask for permission. */
  filesOf(id: string): Call<never, readonly FileSystemFileHandle[]>;
  /** What can be downloaded from the address of a file, a Hugging Face repository or a Civitai page. Reads headers only. */
  look(address: string): Call<never, readonly Offer[]>;
  /** Downloads an offer, or resumes the unfinished download with this id. An abort leaves it unfinished. */
  download(what: Offer | string): Call<DownloadProgress, ModelEntry>;
  unfinished(): Call<never, readonly Unfinished[]>;
  /** Deletes what has arrived of an unfinished download. */
  discard(id: string): Call<never, void>;
  /**
   * Reads the header of a file, an offer or the model with this id, and nothing else. Nothing is stored.
   * @param model the id of the chosen model, which a LoRA is compared with; empty for none.
   */
  inspect(what: string | File | Offer, model?: string): Call<never, Inspection>;
  /** How much of each LoRA at hand this model uses, by the LoRA's id. */
  uses(model: string): Call<never, ReadonlyMap<string, pipeline.LoraUse>>;
  storage(): Call<never, StorageFacts>;
  /** Checks all of a stored model. Damaged pieces are deleted, so that importing the file again replaces them. */
  verify(id: string): Call<InstallProgress, Verification>;
  /** Fetches damaged parts of a downloaded model again. @returns how many bytes that were. */
  repair(id: string): Call<DownloadProgress, number>;
  /** The model's file, byte for byte, to be saved elsewhere; all of it is checked first. */
  contents(id: string): Call<InstallProgress, Blob>;
  /** The parts that a model lacks, with the files that could lend them. */
  lacking(id: string): Call<never, readonly Lacking[]>;
  countTokens(wish: TokenWish): Call<never, TokenCounts>;
  /** Gives a stored or linked model another file name. */
  rename(id: string, name: string): Call<never, ModelEntry>;
  /** Deletes a stored checkpoint, or forgets a linked one. */
  remove(id: string): Call<never, void>;
  /**
   * Opens and compiles the nets that a text-to-image job needs, if they fit on the device together and nothing is drawn.
   * Any other call stops it, and uses what is open by then.
   */
  prepare(job: Job): Call<Progress, void>;
  /** Draws one picture. @throws 'busy' while another one is drawn. */
  generate(job: Job): Call<Progress, Picture>;
  /**
   * The hint that a net makes of a picture, in the same size; one after another.
   * @throws 'busy' while a picture is drawn, and 'model-gone'.
   */
  hint(wish: HintWish): Call<Progress, pipeline.Pixels>;
  /**
   * Enlarges a picture, transparency included.
   * @throws 'busy' while a picture is drawn, 'upscaler-unknown' and 'result-too-large'.
   */
  enlarge(wish: EnlargeWish): Call<EnlargeProgress, pipeline.Pixels>;
  /**
   * Ends the engine in the midst of what it computes; the next call starts another. What was told to stop has stopped then, all
   * other calls fail with 'engine-crashed'.
   */
  breakOff(): Call<never, void>;
}

/** What both workers can be asked. */
interface Witness {
  /** Reports the origin of every request that the worker makes. Never ends. */
  requests(): Call<readonly string[], never>;
}

/** Calls that send requests to other servers: made in a worker of their own, which lives only as long as the call. */
export type DownloaderApi = Pick<EngineApi, 'look' | 'download' | 'repair'> & Witness;

/** The call that copies a model, in a worker of its own, so that running nets do not delay it. */
export type ImporterApi = Pick<EngineApi, 'install'>;

/** Calls made in the engine's worker, which can reach no server but the app's. */
export type WorkerApi = Omit<EngineApi, 'install' | 'look' | 'download' | 'repair' | 'breakOff'> &
  Witness & {
    /** Adds a model that is read from these files until the call ends: then its copy exists, or the import failed. */
    arrive(entry: ModelEntry, model: LocalModel): Call<never, void>;
  };
