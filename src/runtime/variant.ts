/** Which of ONNX Runtime's two WebAssembly files this browser runs. */
export const variant = 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
