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
  readonly levers: Levers;
  readonly backend: Backend;
  readonly net: NetKind;
  /** Threads of the CPU backend; absent: as many as the app takes. */
  readonly threads?: number;
  readonly inputs: Readonly<Record<string, Numbers>>;
}

export interface Opened {
  /** Milliseconds until the session was there; and of the first run. */
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

export type Order = { readonly open: Opening; readonly files: readonly File[] } | { readonly run: true };
export type Reply =
  { readonly opened: Opened } | { readonly milliseconds: number } | { readonly error: string };

/** What the page offers to the benchmark. */
export interface PeerPage {
  /** In a worker that is kept under this name. */
  open(name: string, opening: Opening): Promise<Opened>;
  /** Milliseconds of one run. */
  run(name: string): Promise<number>;
  close(name: string): void;
}
