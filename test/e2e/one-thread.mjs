/**
 * The built app as `npm start` serves it, but for the headers that isolate a page, which many hosts cannot send either: ONNX
 * Runtime has one thread there. Two wait for each other by spinning, and take more of the cores for the same picture.
 * `node test/e2e/one-thread.mjs PORT`
 */
import { preview } from 'vite';
import { root } from '../../src/cli/packages.mjs';

const isolating = /^Cross-Origin-(?:Opener|Embedder)-Policy$/i;

await preview({
  root,
  logLevel: 'warn',
  preview: { port: Number(process.argv[2]), strictPort: true },
  plugins: [
    {
      name: 'drobe:one-thread',
      enforce: 'pre',
      configurePreviewServer({ middlewares }) {
        middlewares.use((request, response, next) => {
          // Packed anew for each page, the same script takes longer than it does unpacked.
          delete request.headers['accept-encoding'];
          const set = response.setHeader.bind(response);
          response.setHeader = (name, value) => (isolating.test(name) ? response : set(name, value));
          next();
        });
      },
    },
  ],
});
