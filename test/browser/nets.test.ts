import { expect, it } from 'vitest';
import { findMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { loadOrt } from '../../src/runtime/ort';
import { GoldenGuide, type ForwardCase } from '../golden/control-cases';
import type { Golden } from '../golden/net-cases';
import { describeNets, unzipped } from '../golden/nets-suite';
import { parseTensors, worstDifference } from '../golden/tensors';

const folder = '/test/golden/data/';
const cases = Object.keys(import.meta.glob('/test/golden/data/models/*/cases/*/case.json'));

const golden: Golden = {
  async read(path) {
    const packed = /\/(?:diffusion_pytorch_)?model\.safetensors$/.test(path);
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

async function webgpu(): Promise<Machine> {
  const machine = await findMachine(new Sessions(await loadOrt()), 'webgpu');
  if (machine.backend !== 'webgpu')
    throw new Error('This browser gave no WebGPU adapter: nothing would be proved.');
  console.info(`WebGPU on ${machine.name}, attention ${JSON.stringify(machine.target())}`);
  return machine;
}

describeNets(
  'WebGPU',
  webgpu,
  golden,
  // Nets of SD 1.x draw on WebGPU in the end-to-end tests; what others have beside that, these have.
  ['sdxl'],
  // That both ways give the same is proved on the CPU; here a UNet takes half a minute to compile.
  'app',
);

// Feature maps lie otherwise in memory here, and go from net to net as they lie.
it('a ControlNet guides a UNet as diffusers does, on WebGPU', async () => {
  const at = 'control/controlnet-sdxl';
  const file = await golden.read(`${at}/diffusion_pytorch_model.safetensors`);
  const guide = await GoldenGuide.of(
    await webgpu(),
    file,
    await golden.read('models/sdxl/model.safetensors'),
  );
  const facts = new TextDecoder().decode(await golden.read(`${at}/cases/forward/case.json`));
  const tensors = parseTensors((await golden.read(`${at}/cases/forward/expected.safetensors`)).buffer);
  const expected = tensors.get('unet_out')!.data; // the case has it
  const { prediction } = await guide.answer(JSON.parse(facts) as ForwardCase, (name) => tensors.get(name)!);
  const difference = worstDifference(prediction, expected);
  console.info(`WebGPU controlnet-sdxl: worst relative difference ${difference.toExponential(1)}`);
  expect(difference).toBeLessThan(guide.target.dtype === 'f16' ? 5e-2 : 1e-3);
});
