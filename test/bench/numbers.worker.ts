/** Draws with a checkpoint, and notes what its nets were asked and said. */
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { generate } from '../../src/pipeline/generate';
import { inspect } from '../../src/pipeline/files/inspect';
import type { Job, Progress } from '../../src/pipeline/job';
import { findMachine, wasmMachine } from '../../src/runtime/device';
import { loadOrt } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import { marked } from '../../src/text/windows';
import { loadTokenizer } from '../../src/text/tokenizer';
import { readHeader } from '../../src/weights/safetensors';
import { blobSource } from '../../src/weights/source';
import { limitGpuBytes, peakBytes } from '../gpu-bytes';

export interface Request {
  readonly file: File;
  readonly job: Job;
  readonly backend: 'webgpu' | 'wasm';
}
/** Numbers of each tensor by its name; plain arrays, as they cross to the benchmark. */
export type Recording = Record<string, { readonly shape: readonly number[]; readonly data: number[] }>;
export type Reply = { readonly recording: Recording } | { readonly error: string };

/** Its nets compute as ever; the answers are copied. */
class RecordedCheckpoint extends Checkpoint {
  readonly recording: Recording = {};
  #runs = 0;

  #note(name: string, shape: readonly number[], data: ArrayLike<number>): void {
    this.recording[name] = { shape, data: Array.from(data) };
  }

  override async encode(...request: Parameters<Checkpoint['encode']>): ReturnType<Checkpoint['encode']> {
    const [windows] = request;
    const encoded = await super.encode(...request);
    const { texts } = this.model;
    for (const [i, text] of texts.entries()) {
      const ids = windows.flatMap((window) => [...marked(window, text).ids]);
      this.#note(`ids.${i}`, [windows.length, text.length], ids);
    }
    for (const [n, { context, pooled }] of encoded.entries()) {
      this.#note(`context.${n}`, [texts[0].length, context.length / texts[0].length], context);
      if (pooled.length > 0) this.#note(`pooled.${n}`, [pooled.length], pooled);
    }
    return encoded;
  }

  override async predict(...request: Parameters<Checkpoint['predict']>): ReturnType<Checkpoint['predict']> {
    const [{ latents, timestep, context, label }] = request;
    const predicted = await super.predict(...request);
    const { denoiser, vae } = this.model;
    const run = `${denoiser.net}.${this.#runs++}`;
    const asked = denoiser.net === 'mmdit' ? { latents, timestep, context, label } : { latents };
    for (const [name, value] of Object.entries(asked))
      if (value) this.#note(`${run}.${name}`, value.shape, value.data);
    this.#note(`${run}.prediction`, latents.shape.with(1, vae.latentChannels), predicted);
    return predicted;
  }

  override async decode(...request: Parameters<Checkpoint['decode']>): ReturnType<Checkpoint['decode']> {
    const [latents, { h, w }] = request;
    const image = await super.decode(...request);
    const { latentChannels, factor } = this.model.vae;
    this.#note('latents', [1, latentChannels, h, w], latents);
    this.#note('image', [1, 3, factor * h, factor * w], image);
    return image;
  }
}

onmessage = async ({ data }: MessageEvent<Request>) => {
  postMessage(
    await record(data).catch((error: unknown): Reply => {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }),
  );
};

async function record({ file, job, backend }: Request): Promise<Reply> {
  limitGpuBytes();
  const sessions = new Sessions(await loadOrt());
  const machine = backend === 'wasm' ? wasmMachine(sessions) : await findMachine(sessions, backend);
  if (machine.backend !== backend) throw new Error('This browser gave no WebGPU adapter.');
  const header = await readHeader(file);
  const { model, tensors } = inspect(header);
  const weights: Weights = { tensors, source: blobSource([file]) };
  const checkpoint = new RecordedCheckpoint(model, weights, machine);
  const tokenizer = await loadTokenizer(new URL('/', location.href).href);

  let stage = `${machine.name}, ${machine.target().dtype}`;
  const begin = (next: string): void => {
    if (next === stage) return;
    console.log(`${stage}: GPU buffers up to ${(peakBytes() / 1e9).toFixed(2)} GB`);
    stage = next;
  };
  const report = (progress: Progress): void => begin(stageOf(progress));
  const run = generate(job, { checkpoint, tokenizer, report });
  for (;;) {
    const { done, value } = await run.next();
    if (done) break;
    report(value);
  }
  begin('done');
  return { recording: checkpoint.recording };
}

function stageOf(progress: Progress): string {
  switch (progress.kind) {
    case 'reading':
    case 'compiling':
      return `${progress.kind} ${progress.net}`;
    case 'step':
      return `step ${progress.step} done`;
    case 'notice':
      return progress.notice.code;
    default:
      return progress.kind;
  }
}
