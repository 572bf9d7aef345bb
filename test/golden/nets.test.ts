import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { wasmMachine } from '../../src/runtime/device';
import { describeNets } from './nets-suite';

ort.env.wasm.numThreads = 1;

describeNets(
  'wasm',
  () => Promise.resolve(wasmMachine(ort)),
  async (path) => Uint8Array.from(await readFile(new URL(`data/${path}`, import.meta.url))),
);
