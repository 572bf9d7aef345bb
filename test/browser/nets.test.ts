import { findMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { loadOrt } from '../../src/runtime/ort';
import type { Golden } from '../golden/net-cases';
import { describeNets, unzipped } from '../golden/nets-suite';

const folder = '/test/golden/data/';
const cases = Object.keys(import.meta.glob('/test/golden/data/models/*/cases/*/case.json'));

const golden: Golden = {
  async read(path) {
    const packed = path.endsWith('/model.safetensors');
    const response = await fetch(folder + path + (packed ? '.gzip' : ''));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return packed ? unzipped(bytes) : bytes;
  },
  casesOf(model) {
    const at = `${folder}models/${model}/cases/`;
    return cases.filter((path) => path.startsWith(at)).map((path) => path.slice(at.length).split('/')[0]!);
  },
};

describeNets(
  'WebGPU',
  async () => {
    const machine = await findMachine(new Sessions(await loadOrt()), 'webgpu');
    if (machine.backend !== 'webgpu')
      throw new Error('This browser gave no WebGPU adapter: nothing would be proved.');
    console.info(`WebGPU on ${machine.name}, attention ${JSON.stringify(machine.target())}`);
    return machine;
  },
  golden,
  // Nets of SD 1.x draw on WebGPU in the end-to-end tests; what others have beside that, these have.
  ['sdxl'],
);
