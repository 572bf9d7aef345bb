/** Graphs outside the browser, on ONNX Runtime's CPU provider for this machine: a process of Python's for each. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { unetGraph, decoderGraph } from '../../../src/nets/graphs';
import { wasmMachine } from '../../../src/runtime/device';
import { feed } from '../../../src/runtime/feeder';
import type { Sessions } from '../../../src/runtime/session';
import { BATCH, synthetic } from '../../kit/full-size';
import { smallStableDiffusion } from '../../unit/nets/stable-diffusion';
import type { NetKind, Opened, Opening, Place } from './ask';

/** As many as the app takes at most. */
const MOST_THREADS = 4;

type Child = ChildProcessByStdio<Writable, Readable, null>;

export class Native implements Place {
  readonly #python: string;
  readonly #modelOf: (opening: Opening) => string;
  readonly #running = new Map<string, { child: Child; lines: AsyncIterator<string> }>();

  /** @param modelOf where an opening's graph lies, with its weights beside it. */
  constructor(python: string, modelOf: (opening: Opening) => string) {
    this.#python = python;
    this.#modelOf = modelOf;
  }

  async open(name: string, opening: Opening): Promise<Opened> {
    const script = fileURLToPath(new URL('native.py', import.meta.url));
    const child = spawn(this.#python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#running.set(name, {
      child,
      lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    });
    const { version } = await this.#heard<{ version: string }>(name);
    const threads = opening.threads ?? Math.min(MOST_THREADS, availableParallelism());
    const { inputs } = opening;
    const said = await this.#ask<Pick<Opened, 'create' | 'first' | 'output'>>(name, {
      open: this.#modelOf(opening),
      threads,
      inputs,
    });
    return { ...said, dispatches: 0, bufferBytes: 0, device: `ONNX Runtime ${version}`, threads };
  }

  async run(name: string): Promise<number> {
    return (await this.#ask<{ milliseconds: number }>(name, { run: true })).milliseconds;
  }

  close(name: string): void {
    this.#running.get(name)?.child.kill();
    this.#running.delete(name);
  }

  #ask<T>(name: string, order: object): Promise<T> {
    this.#running.get(name)?.child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.#heard<T>(name);
  }

  async #heard<T>(name: string): Promise<T> {
    const line = await this.#running.get(name)?.lines.next();
    if (!line || line.done) throw new Error(`the process of ${name} ended`);
    const said = JSON.parse(line.value) as T & { error?: string };
    if (said.error !== undefined) throw new Error(said.error);
    return said;
  }
}

/** Our graph as it is for the CPU backend, with its weights beside it. @returns where in the folder. */
export function writeOurs(net: NetKind, side: number, folder: string): string {
  const shapes = [...smallStableDiffusion()].map(([name, { shape }]) => [name, shape] as const);
  const checkpoint = synthetic(shapes);
  const target = wasmMachine(undefined as unknown as Sessions).target(); // it opens nothing
  const size = { batch: net === 'vae' ? 1 : BATCH, h: side, w: side };
  const graph = (net === 'vae' ? decoderGraph : unetGraph)(checkpoint, target, size);
  const { externalData } = feed(graph.placements, checkpoint);
  const data = new Map(externalData.map(({ path, data }) => [path, data]));
  const files = new Map<string, number>();
  mkdirSync(folder, { recursive: true });
  for (const { location, offset, length } of graph.placements) {
    const file = files.get(location) ?? openSync(join(folder, location), 'w');
    files.set(location, file);
    writeSync(file, data.get(location)!.subarray(offset, offset + length), 0, length, offset); // placed there
  }
  for (const file of files.values()) closeSync(file);
  const path = join(folder, 'model.onnx');
  writeFileSync(path, graph.model);
  return path;
}
