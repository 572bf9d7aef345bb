import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { describeNets, type ReadFile } from './nets-suite';

ort.env.wasm.numThreads = 1;

const readGolden: ReadFile = async (path) =>
  Uint8Array.from(await readFile(new URL(`data/${path}`, import.meta.url)));

describeNets('wasm', () => Promise.resolve(wasmMachine(new Sessions(ort))), readGolden);

// Where the fused kernel is not to be trusted, and where its scores would not fit.
describeNets(
  'wasm with attention written out and in slices',
  () => {
    const machine = wasmMachine(new Sessions(ort));
    const target: Machine['target'] = () => ({
      ...machine.target(),
      fusedAttention: false,
      maxScoreBytes: 100_000,
    });
    return Promise.resolve({ ...machine, target });
  },
  readGolden,
  { models: ['sd1'] },
);
