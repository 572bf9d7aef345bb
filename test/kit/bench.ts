/** What rows run on: this machine's WebGPU, as Dawn gives it to Node, under the very ONNX Runtime that browsers get. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { findMachine, type Machine } from '../../src/runtime/device';
import type { OrtModule } from '../../src/runtime/ort';
import { Sessions, type Net } from '../../src/runtime/session';
import type { Golden } from '../golden/net-cases';
import { limitGpuBytes, peakBytes } from '../gpu-bytes';
import { Missing } from './row';

export interface Bench {
  /** The unpacked kit. */
  readonly kit: string;
  /** Where processes leave numbers for each other. */
  readonly work: string;
  readonly scale: Scale;
  readonly ort: OrtModule;
  readonly machine: Machine;
  readonly adapter: GPUAdapter;
  readonly versions: Versions;
  /** The adapter as a browser gets it that was started without flags. */
  readonly stock: () => Promise<GPUAdapter | null>;
}

/** full: nets of Stable Diffusion's own size. small: the golden miniatures, to try the kit without a card. */
export type Scale = 'full' | 'small';

export interface Versions {
  readonly node: string;
  readonly ort: string;
  readonly dawn: string;
}

/** Without it NVIDIA's cards have no shader-f16 on Linux. */
export const FLAGS = ['enable-dawn-features=vulkan_enable_f16_on_nvidia'];

interface Dawn {
  readonly globals: object;
  create(flags: readonly string[]): GPU;
}

/** Dawn, with the names that belong to it put where a browser has them. */
export function openGpu(kit: string, flags: readonly string[] = FLAGS): GPU {
  const dawn = createRequire(import.meta.url)(resolve(kit, 'dawn.node')) as Dawn;
  Object.assign(globalThis, dawn.globals);
  return dawn.create(flags);
}

/** @throws Missing where there is no WebGPU adapter. */
export async function openBench(kit: string, work: string, scale: Scale): Promise<Bench> {
  const gpu = openGpu(kit);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Missing('Dawn finds no Vulkan device');
  limitGpuBytes();

  const runtime = join(kit, 'node_modules/onnxruntime-web');
  const ort = (await import('onnxruntime-web/webgpu')) as unknown as OrtModule;
  ort.env.wasm.wasmBinary = Uint8Array.from(
    readFileSync(join(runtime, 'dist/ort-wasm-simd-threaded.asyncify.wasm')),
  ).buffer;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  // lavapipe compiles the fused kernel of attention for minutes: it is taken for one that has none.
  const sessions = new LateSessions(ort, !/llvmpipe/.test(adapter.info.description));
  const machine = await findMachine(sessions, 'webgpu');
  sessions.begun = true;
  const stock = (): Promise<GPUAdapter | null> => openGpu(kit, []).requestAdapter();
  return { kit, work, scale, ort, machine, adapter, stock, versions: versionsIn(kit) };
}

/** Opens nothing before it has begun: so the test at the start fails, which finds out what attention does. */
class LateSessions extends Sessions {
  begun: boolean;

  constructor(ort: OrtModule, begun: boolean) {
    super(ort);
    this.begun = begun;
  }

  override open(...asked: Parameters<Sessions['open']>): Promise<Net> {
    return this.begun ? super.open(...asked) : Promise.reject(new Error('nothing is opened yet'));
  }
}

/** What the kit was made of. */
export const versionsIn = (kit: string): Versions =>
  JSON.parse(readFileSync(join(kit, 'versions.json'), 'utf8')) as Versions;

/** The golden files of a kit: unpacked, or packed as they were. */
export function goldenIn(kit: string): Golden {
  const root = join(kit, 'golden');
  return {
    async read(path) {
      for (const ending of ['', '.gz', '.gzip']) {
        const file = join(root, path + ending);
        if (!existsSync(file)) continue;
        const bytes = readFileSync(file);
        return Uint8Array.from(ending ? gunzipSync(bytes) : bytes);
      }
      throw new Missing(`${path} is not in the kit`);
    },
    casesOf: (model) => foldersIn(join(root, 'models', model, 'cases')),
  };
}

const foldersIn = (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []);

/** The most memory in use while something runs, in bytes: by WebGPU's own count of buffers, and by the driver's, if it tells. */
export async function watchMemory<T>(
  work: () => Promise<T>,
): Promise<{ result: T; buffers: number; driver: number | null }> {
  const driver = new DriverMemory();
  peakBytes();
  try {
    const result = await work();
    return { result, buffers: peakBytes(), driver: driver.peak() };
  } finally {
    driver.stop();
  }
}

const QUERY = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
const MIB = 2 ** 20;

/** What nvidia-smi counts above what was in use before. */
class DriverMemory {
  #before: number | null = null;
  #most = 0;
  #stop: () => void = () => undefined;

  constructor() {
    try {
      const said = execFileSync('nvidia-smi', QUERY, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      this.#before = Number.parseFloat(said);
    } catch {
      return; // another driver: it does not tell
    }
    const child = spawn('nvidia-smi', [...QUERY, '-lms', '100'], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) {
        const mib = Number.parseFloat(line);
        if (mib > this.#most) this.#most = mib;
      }
    });
    this.#stop = () => child.kill();
  }

  peak(): number | null {
    return this.#before === null ? null : Math.max(0, this.#most - this.#before) * MIB;
  }

  stop(): void {
    this.#stop();
  }
}
