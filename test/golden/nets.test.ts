import { describe } from 'vitest';
import { wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { describeNets } from './nets-suite';
import { golden, modelsWith } from './root';
import { tuned } from './runtime';

const models = modelsWith(/^unet/);

describeNets('wasm', () => Promise.resolve(wasmMachine(new Sessions(tuned))), golden, models);

// Where the fused kernel is not to be trusted, and where its scores would not fit; texts told as the app does it.
describeNets(
  'wasm with attention written out and in slices',
  () => {
    const machine = wasmMachine(new Sessions(tuned));
    const target: Machine['target'] = () => ({
      ...machine.target(),
      fusedAttention: false,
      maxScoreBytes: 100_000,
    });
    return Promise.resolve({ ...machine, target });
  },
  golden,
  models.filter((name) => name === 'sd1'),
  'app',
);

// The miniatures have too few channels for it to pay; texts told as the app does it.
describe.each([
  { what: 'transformed once', model: 'sd1', once: true },
  { what: 'transformed in every run', model: 'sdxl', once: false },
])('with kernels $what', ({ model, once }) => {
  describeNets(
    'wasm with convolutions Winograd’s way',
    () => {
      const machine = wasmMachine(new Sessions(tuned));
      const winograd = { tiles: { 2: 1, 4: 1 }, channels: 1, once };
      const target: Machine['target'] = () => ({ ...machine.target(), winograd });
      return Promise.resolve({ ...machine, target });
    },
    golden,
    models.filter((name) => name === model),
    'app',
  );
});
