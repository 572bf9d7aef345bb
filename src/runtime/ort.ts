/**
 * ONNX Runtime Web as the browser loads it. JSPI needs the smaller and faster WebAssembly of the two; where the
 * browser lacks it, asyncify does the same. Both hold the WebGPU backend and the wasm one.
 */
import type * as Ort from 'onnxruntime-web';
import { variant } from './variant';

export type OrtModule = typeof Ort;

/** Each takes memory of its own, and the gain of more is small. */
const MOST_THREADS = 4;

export async function loadOrt(): Promise<OrtModule> {
  const [ort, wasm] =
    variant === 'jspi'
      ? await Promise.all([
          import('onnxruntime-web/jspi'),
          import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'),
        ])
      : await Promise.all([
          import('onnxruntime-web/webgpu'),
          import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
        ]);
  // Stated before the first session: left unset it would be taken from a CDN.
  ort.env.wasm.wasmPaths = { wasm: new URL(wasm.default, import.meta.url).href };
  ort.env.wasm.numThreads = threads();
  ort.env.logLevel = 'error';
  return ort;
}

/** More than one need memory that they share, which only a page that is isolated from other origins has. */
function threads(): number {
  return globalThis.crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
}
