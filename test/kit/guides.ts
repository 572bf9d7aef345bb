/** A UNet that is guided, and upscalers, in golden miniatures, against PyTorch. */
import type { Target } from '../../src/graph/graph';
import { upscalerForm } from '../../src/nets/names/upscaler';
import { upscalerGraph, upscalerIn } from '../../src/nets/upscalers/upscaler';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { GoldenGuide, type ForwardCase } from '../golden/control-cases';
import { answers, compared, tolerance } from '../golden/net-cases';
import { inFloats, parseTensors, type Tensor } from '../golden/tensors';
import { goldenIn, type Bench } from './bench';
import { targetOf } from './modules';
import type { Measured, Row } from './row';

const CONTROLNET = 'control/controlnet-sd1';
/** Each in a folder of its own. */
const UPSCALERS = ['rrdb_x4/realesrgan', 'srvgg_x4/realesr-general-x4v3'] as const;

export const guideRows: readonly Row[] = (['f16', 'f32'] as const).flatMap((dtype) => {
  // Not every picture needs them: they come after the nets that each does.
  const worth = 300 + (dtype === 'f16' ? 5 : 0);
  const asked = { part: 'truth', worth, seconds: 120, by: 'webgpu' } as const;
  return [
    {
      ...asked,
      name: `sd1 unet guided by a ControlNet, ${dtype}`,
      bound: tolerance(dtype, 'sd1', 'unet'),
      run: async (bench) => guided(bench, targetOf(bench, dtype)),
    },
    ...UPSCALERS.map((path): Row => ({
      ...asked,
      name: `upscaler ${path.replace(/.*\//, '')}, ${dtype}`,
      bound: tolerance(dtype, path, 'upscaler'),
      run: async (bench) => enlarged(bench, path, targetOf(bench, dtype)),
    })),
  ];
});

/** What a UNet predicts that is guided. */
async function guided({ kit, machine }: Bench, target: Target): Promise<Measured> {
  const { read } = goldenIn(kit);
  const at = `${CONTROLNET}/cases/forward`;
  const guide = await GoldenGuide.of(
    { ...machine, target: () => target },
    await read(`${CONTROLNET}/control_v11p_sd15_canny.safetensors`),
    await read('models/sd1/model.safetensors'),
  );
  const facts = JSON.parse(new TextDecoder().decode(await read(`${at}/case.json`))) as ForwardCase;
  const tensor = await expectedIn(read, at);
  const { prediction } = await guide.answer(facts, tensor);
  return { worst: compared('prediction', prediction, tensor('unet_out')).worst };
}

async function enlarged({ kit, machine }: Bench, path: string, target: Target): Promise<Measured> {
  const { read } = goldenIn(kit);
  const bytes = await read(`upscale/${path}.safetensors`);
  const tensor = await expectedIn(read, `upscale/${path.replace(/\/.*/, '')}`);
  const image = inFloats(tensor('image'));
  const [, , h, w] = image.shape as [number, number, number, number];
  const { tensors } = await readHeader(new Blob([bytes]));
  const form = upscalerForm(tensors);
  const graph = upscalerGraph(upscalerIn(tensors)!, form, target, { h, w }); // each is one
  const weights = { tensors: form, source: memorySource(bytes) };
  const [picture] = await answers(machine, graph, weights, [{ image }]);
  return { worst: compared('picture', picture, tensor('output')).worst };
}

type Read = ReturnType<typeof goldenIn>['read'];

async function expectedIn(read: Read, at: string): Promise<(name: string) => Tensor> {
  const tensors = parseTensors((await read(`${at}/expected.safetensors`)).buffer);
  return (name) => tensors.get(name)!; // a missing one fails by itself
}
