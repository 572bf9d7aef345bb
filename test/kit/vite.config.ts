/** The core and the rows of the kit as one file for Node; ONNX Runtime stays beside it. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { tokenizerOnly } from '../../src/cli/tokenizer-plugin.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [tokenizerOnly()],
  resolve: {
    alias: {
      // In Node, transformers.js would pick its Node build, which wants a native runtime that we do not install.
      '@huggingface/transformers': here(
        '../../node_modules/@huggingface/transformers/dist/transformers.web.js',
      ),
    },
  },
  ssr: { noExternal: true, external: ['onnxruntime-web/webgpu'] },
  build: {
    ssr: here('main.ts'),
    target: 'node22',
    emptyOutDir: false,
    copyPublicDir: false,
    minify: false,
    // Without most comments it packs into a fifth less; licences stay.
    rolldownOptions: {
      output: {
        entryFileNames: 'main.mjs',
        codeSplitting: false,
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
});
