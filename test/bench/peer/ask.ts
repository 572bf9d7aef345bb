/** What the benchmark asks of a browser's page, and what the page answers: all of it crosses as plain values. */

export type Backend = 'webgpu' | 'wasm';
export type NetKind = 'unet' | 'vae' | 'text';

/** Numbers of an input and their shape. */
export interface Numbers {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

/** What a graph's target has otherwise than this machine would have it. */
export type Levers = Readonly<Record<string, boolean | number | string>>;

/** A net to be opened, in a worker of its own. */
export interface Opening {
  /** Ours, by the app's own way from the checkpoint to the device, or the graph that torch.onnx made of the same weights. */
  readonly by: 'ours' | 'exported';
  /** Not in the browser: on ONNX Runtime's CPU provider for this machine. */
  readonly native?: true;
  readonly levers: Levers;
  readonly backend: Backend;
  readonly net: NetKind;
  /** Threads of the CPU backend; absent: as many as the app takes. */
  readonly threads?: number;
  readonly inputs: Readonly<Record<string, Numbers>>;
  /** Whether its kernels are timed, which slows it down. */
  readonly profiled?: boolean;
}

/** Of the time of all runs. */
export interface Share {
  /** The operator, or on a graphics card the kernel. */
  readonly kind: string;
  readonly milliseconds: number;
  readonly count: number;
}

export interface Opened {
  /** Milliseconds until the net was opened; and of its first run. */
  readonly create: number;
  readonly first: number;
  readonly output: readonly number[];
  /** Of one run, by WebGPU's own count. */
  readonly dispatches: number;
  /** Of GPU buffers, at most, while it was opened and ran once. */
  readonly bufferBytes: number;
  /** What it runs on, for people. */
  readonly device: string;
  readonly threads: number;
}

export type Order =
  | { readonly open: Opening; readonly files: readonly File[] }
  | { readonly run: true }
  | { readonly shares: true };
export type Reply =
  | { readonly opened: Opened }
  | { readonly milliseconds: number }
  | { readonly shares: Share[] }
  | { readonly error: string };

/** Where graphs are opened and run. */
export interface Place {
  /** It is kept under this name. */
  open(name: string, opening: Opening): Promise<Opened>;
  /** Milliseconds of one run. */
  run(name: string): Promise<number>;
  close(name: string): unknown;
}

/** What the page offers to the benchmark: a worker for each graph. */
export interface PeerPage extends Place {
  /** Of one that is profiled, and is of no use for it afterwards. */
  shares(name: string): Promise<Share[]>;
}
