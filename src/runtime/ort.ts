/**
 * ONNX Runtime Web as the browser loads it. JSPI needs the smaller and faster WebAssembly of the two; where the
 * browser lacks it, asyncify does the same. Both hold the WebGPU backend and the wasm one.
 */
import type * as Ort from 'onnxruntime-web';
import { fetchVerified } from './verified';
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
  const url = new URL(wasm.default, import.meta.url).href;
  const file = await fetchVerified(url, sum.default);
  // Stated before the first session: left unset it would be taken from a CDN.
  if (isWasm(file)) {
    ort.env.wasm.wasmPaths = { wasm: url };
    answerFetch(url, file, sum.default);
  } else ort.env.wasm.wasmBinary = await file.arrayBuffer();
  ort.env.wasm.numThreads = threads();
  ort.env.logLevel = 'error';
  return ort;
}

/** Hosts that call it something else have it compiled anew in every visit: browsers then take it as bytes only. */
const isWasm = ({ headers }: Response): boolean => headers.get('Content-Type') === 'application/wasm';

/**
 * ONNX Runtime asks for its WebAssembly by itself, and is given the file that is known to be sound. From an answer to a request,
 * and not from bytes, browsers compile what they keep for the next visit. Should it ask again, only the same file will do.
 */
function answerFetch(url: string, file: Response, sum: string): void {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (input !== url) return fetch(input, init);
    return file.bodyUsed ? fetch(url, { ...init, integrity: sum }) : Promise.resolve(file);
  };
}

/** More than one need memory that they share, which only a page that is isolated from other origins has. */
function threads(): number {
  return globalThis.crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
}
