import { findMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { loadOrt } from '../../src/runtime/ort';
import { describeNets } from '../golden/nets-suite';

describeNets(
  'WebGPU',
  async () => {
    const machine = await findMachine(new Sessions(await loadOrt()), 'webgpu');
    if (machine.backend !== 'webgpu')
      throw new Error('This browser gave no WebGPU adapter: nothing would be proved.');
    console.info(`WebGPU on ${machine.name}, attention ${JSON.stringify(machine.target())}`);
    return machine;
  },
  async (path) => {
    const response = await fetch(`/test/golden/data/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  // Nets of SD 1.x draw on WebGPU in the end-to-end tests; what others have beside that, these have.
  { models: ['sdxl'] },
);
