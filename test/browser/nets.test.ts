import { expect, it } from 'vitest';
import { decoderGraph, encoderGraph } from '../../src/nets/graphs';
import { inspect } from '../../src/pipeline/files/inspect';
import { findMachine, wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import { loadOrt } from '../../src/runtime/ort';
import { GoldenGuide, type ForwardCase } from '../golden/control-cases';
import { answers, tolerance, type Golden } from '../golden/net-cases';
import { describeNets, unzipped } from '../golden/nets-suite';
import { hintNetGraph, hintNetIn } from '../../src/nets/hints/hint-net';
import { hintNetForm } from '../../src/nets/names/hint-net';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { SD3Nets, type MMDiTCase } from '../golden/sd3-cases';
import { withThinVae } from '../fewer-blocks';
import { inFloats, parseTensors, worstDifference } from '../golden/tensors';
import { withOneDevice } from './one-device';

const folder = '/test/golden/data/';
const cases = Object.keys(import.meta.glob('/test/golden/data/models/*/cases/*/case.json'));

const golden: Golden = {
  async read(path) {
    const packed = /\/(?:diffusion_pytorch_)?model\w*\.safetensors$/.test(path);
    const response = await fetch(folder + path + (packed ? '.gzip' : ''));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return packed ? unzipped(bytes) : bytes;
  },
  casesOf(model) {
    const at = `${folder}models/${model}/cases/`;
    const all = cases
      .filter((path) => path.startsWith(at))
      .map((path) => path.slice(at.length).split('/')[0]!);
    // A UNet is of odd sides here, which halve unevenly; of even ones a ControlNet guides it. The VAE has a test of its own.
    return all.filter((name) => name.startsWith('text') || name === 'unet_odd');
  },
};

let found: Promise<Machine> | undefined;
const webgpu = (): Promise<Machine> => (found ??= findWebGPU());

async function findWebGPU(): Promise<Machine> {
  const machine = await findMachine(new Sessions(await loadOrt()), 'webgpu');
  if (machine.backend !== 'webgpu')
    throw new Error('This browser gave no WebGPU adapter: nothing would be proved.');
  console.info(`WebGPU on ${machine.name}, attention ${JSON.stringify(machine.target())}`);
  return withOneDevice(machine);
}

describeNets(
  'WebGPU',
  webgpu,
  golden,
  // Nets of SD 1.x draw on WebGPU in the end-to-end tests; what others have beside that, these have.
  ['sdxl'],
  // That both ways give the same is proved on the CPU; here a UNet takes seconds to run.
  'app',
);

// Of fewer latents than diffusers’ case has, and of fewer blocks: the kernels are the same ones.
it('a VAE decodes and encodes as on the CPU, where it is compared with diffusers', async () => {
  const file = await golden.read('models/sdxl/model.safetensors');
  const { model, tensors } = inspect(withThinVae(await readHeader(new Blob([file])), 1));
  const size = { batch: 1, h: 3, w: 5 };
  const side = model.vae.factor;
  const numbers = (...shape: number[]): Value => ({
    data: Float32Array.from({ length: shape.reduce((n, d) => n * d) }, (_, i) => Math.sin(i * 12.9898 + 4.1)),
    shape,
  });
  const latents = numbers(1, model.vae.latentChannels, size.h, size.w);
  const image = numbers(1, 3, side * size.h, side * size.w);
  const given = async (machine: Machine) => {
    const run = (author: typeof decoderGraph, values: Record<string, Value>) =>
      answers(
        machine,
        author({ model, tensors }, machine.target(), size),
        { tensors, source: memorySource(file) },
        [values],
      );
    return [...(await run(decoderGraph, { latents })), ...(await run(encoderGraph, { image }))];
  };
  const machine = await webgpu();
  const onCpu = await given(wasmMachine(machine.sessions));
  for (const [i, output] of (await given(machine)).entries()) {
    const difference = worstDifference(output, onCpu[i]!); // as many
    const what = ['decode', 'encode'][i]!; // both
    console.info(`WebGPU sdxl vae ${what}: worst relative difference ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(tolerance(machine.target().dtype, 'sdxl', 'vae'));
  }
});

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

// What no other net here has: instance norm, transposed convolutions, pooling, products with matrices of the graph's own.
it.each([
  ['depth_v1', 'depth_anything_vits14'],
  ['lines', 'sk_model'],
  ['edges', 'ControlNetHED'],
])('a net for hints gives what PyTorch gives, on WebGPU (%s)', async (name, file) => {
  const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await (await fetch(`${folder}hint-nets/${name}/${path}`)).arrayBuffer());
  const bytes = await unzipped(await read(`${file}.safetensors.gzip`));
  const expected = parseTensors((await read('expected.safetensors')).buffer);
  const image = inFloats(expected.get('image0')!); // each case has one, and what comes of it
  const [, , h, w] = image.shape as [number, number, number, number];
  const { tensors } = await readHeader(new Blob([bytes]));
  const form = hintNetForm(tensors);
  const { sessions, openDevice, target } = await webgpu();
  const graph = hintNetGraph(hintNetIn(tensors)!, form, target(), { h, w, version: 1 });
  const net = await sessions.open(graph, { tensors: form, source: memorySource(bytes) }, openDevice);
  const difference = worstDifference(await net.run({ image }), expected.get('output0')!.data);
  await net.release();
  console.info(`WebGPU ${name}: worst relative difference ${difference.toExponential(1)}`);
  expect(difference).toBeLessThan(target().dtype === 'f16' ? 5e-2 : 1e-3);
});

it('an MMDiT predicts, and T5 reads, as with PyTorch, on WebGPU', async () => {
  const machine = await webgpu();
  const most = machine.target().dtype === 'f16' ? 5e-2 : 1e-3;
  const opened = (path: string) => golden.read(path).then((file) => SD3Nets.open(machine, file));
  const expectedOf = async (path: string) => {
    const tensors = parseTensors((await golden.read(`${path}/expected.safetensors`)).buffer);
    return (name: string) => tensors.get(name)!; // the case has it
  };
  // Of 3.5-medium: with norms in its attentions, of which some blocks have two.
  const at = 'models/sd35m/cases/mmdit';
  const { timesteps, ...facts } = JSON.parse(
    new TextDecoder().decode(await golden.read(`${at}/case.json`)),
  ) as MMDiTCase;
  const forward = await expectedOf(at);
  const mmdit = await opened('models/sd35m/model_bare.safetensors');
  const predicted = await mmdit.mmdit(
    { ...facts, timesteps: timesteps.slice(0, 1) },
    forward,
    forward('encoder_hidden_states'),
  );
  const withT5 = await opened('models/sd3/model_t5.safetensors');
  const read = await withT5.t5(await expectedOf('models/sd3/cases/text'), 77);
  for (const { what, worst } of [...predicted, ...read]) {
    console.info(`WebGPU Stable Diffusion 3 ${what}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(most);
  }
});
