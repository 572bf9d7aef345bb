import type { Plugin } from 'vite';

/**
 * transformers.js imports all of ONNX Runtime, though its tokenizer needs three names of it (Tensor, InferenceSession,
 * env). This gives transformers.js those from onnxruntime-common instead. Without it, the bundle carries a second copy
 * of the runtime, and importing the tokenizer points our own runtime's wasm at a CDN.
 */
export function tokenizerOnly(): Plugin {
  return {
    name: 'drobe:tokenizer-only',
    enforce: 'pre',
    resolveId(source, importer) {
      const ours = source === 'onnxruntime-web/webgpu' && importer?.includes('/@huggingface/transformers/');
      return ours ? this.resolve('onnxruntime-common', importer, { skipSelf: true }) : null;
    },
  };
}
