/**
 * ONNX Runtime Web as the browser loads it. JSPI needs the smaller and faster WebAssembly of the two; where the
 * browser lacks it, asyncify does the same. Both hold the WebGPU backend and the wasm one.
 */
import type * as Ort from 'onnxruntime-web';
import { soundBytes } from './sound';
import { variant } from './variant';

export type OrtModule = typeof Ort;

/** Each takes memory of its own, and the gain of more is small. */
const MOST_THREADS = 4;

/** @throws DrobeError 'app-damaged' where its WebAssembly is not the one this was built with, and 'network'. */
export async function loadOrt(): Promise<OrtModule> {
  const [ort, wasm, sum] =
    variant === 'jspi'
      ? await Promise.all([
          import('onnxruntime-web/jspi'),
          import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'),
          import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?integrity'),
        ])
      : await Promise.all([
          import('onnxruntime-web/webgpu'),
          import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
          import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?integrity'),
        ]);
  // Stated before the first session: left unset it would be taken from a CDN.
  ort.env.wasm.wasmBinary = await soundBytes(new URL(wasm.default, import.meta.url).href, sum.default);
  ort.env.wasm.numThreads = threads();
  ort.env.logLevel = 'error';
  return ort;
}

/** More than one need memory that they share, which only a page that is isolated from other origins has. */
function threads(): number {
  return globalThis.crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
}
