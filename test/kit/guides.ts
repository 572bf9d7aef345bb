/** What guides a picture and what enlarges one, in golden miniatures, against PyTorch. */
import type { Graph, Target } from '../../src/graph/graph';
import { upscalerForm } from '../../src/nets/names/upscaler';
import { upscalerGraph, upscalerIn } from '../../src/nets/upscalers/upscaler';
import type { Weights } from '../../src/runtime/session';
import { readHeader, type Header } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { GoldenGuide, type ForwardCase } from '../golden/control-cases';
import { answers, compared, tolerance, type Compared } from '../golden/net-cases';
import { inFloats, parseTensors, type Tensor } from '../golden/tensors';
import { goldenIn, type Bench } from './bench';
import { targetOf } from './modules';
import type { Row } from './row';

const dtypes = ['f16', 'f32'] as const;

/** Nets beside the model that they guide. */
const GUIDES = [{ file: 'controlnet-sd1/control_v11p_sd15_canny', model: 'sd1' }] as const;

/** A net by which one picture becomes another. */
interface Painter {
  readonly file: string;
  /** The names of what it is shown and of what it gives, in its case. */
  readonly shown: string;
  readonly given: string;
  readonly authored: Author;
}

type Author = (
  tensors: Header['tensors'],
  target: Target,
  size: { readonly h: number; readonly w: number },
) => Authored;

interface Authored {
  readonly graph: Graph;
  readonly tensors: Weights['tensors'];
}

const upscaler: Author = (tensors, target, size) => {
  const form = upscalerForm(tensors);
  return { graph: upscalerGraph(upscalerIn(tensors)!, form, target, size), tensors: form }; // each is one
};

const PAINTERS: readonly Painter[] = [
  { file: 'upscale/rrdb_x4/realesrgan', shown: 'image', given: 'output', authored: upscaler },
  { file: 'upscale/srvgg_x4/realesr-general-x4v3', shown: 'image', given: 'output', authored: upscaler },
];

export const guideRows: readonly Row[] = dtypes.flatMap((dtype) => {
  // Nobody has these at hand at once: they come after the nets that each picture needs.
  const asked = {
    part: 'truth',
    worth: 300 + (dtype === 'f16' ? 5 : 0),
    seconds: 120,
    by: 'webgpu',
  } as const;
  return [
    ...GUIDES.map(({ file, model }): Row => ({
      ...asked,
      name: `${model} guided by ${file.replace(/\/.*/, '')}, ${dtype}`,
      bound: tolerance(dtype, model, 'unet'),
      run: async (bench) => found([await guided(bench, file, model, targetOf(bench, dtype))]),
    })),
    ...PAINTERS.map((painter): Row => ({
      ...asked,
      name: `${painter.file.replace(/.*\//, '')}, ${dtype}`,
      bound: tolerance(dtype, '', ''),
      run: async (bench) => found([await painted(bench, painter, targetOf(bench, dtype))]),
    })),
  ];
});

const found = (all: readonly Compared[]) => ({ worst: Math.max(...all.map(({ worst }) => worst)) });

/** What a UNet predicts that is guided. */
async function guided(
  { kit, machine }: Bench,
  file: string,
  model: string,
  target: Target,
): Promise<Compared> {
  const { read } = goldenIn(kit);
  const at = `control/${file.replace(/\/.*/, '')}/cases/forward`;
  const guide = await GoldenGuide.of(
    { ...machine, target: () => target },
    await read(`control/${file}.safetensors`),
    await read(`models/${model}/model.safetensors`),
  );
  const facts = JSON.parse(new TextDecoder().decode(await read(`${at}/case.json`))) as ForwardCase;
  const tensor = await expectedIn(read, at);
  const { prediction } = await guide.answer(facts, tensor);
  return compared('prediction', prediction, tensor('unet_out'));
}

async function painted(
  { kit, machine }: Bench,
  { file, shown, given, authored }: Painter,
  target: Target,
): Promise<Compared> {
  const { read } = goldenIn(kit);
  const bytes = await read(`${file}.safetensors`);
  const tensor = await expectedIn(read, file.replace(/\/[^/]*$/, ''));
  const image = inFloats(tensor(shown));
  const [, , h, w] = image.shape as [number, number, number, number];
  const { graph, tensors } = authored((await readHeader(new Blob([bytes]))).tensors, target, { h, w });
  const [picture] = await answers(machine, graph, { tensors, source: memorySource(bytes) }, [{ image }]);
  return compared('picture', picture, tensor(given));
}

type Read = ReturnType<typeof goldenIn>['read'];

async function expectedIn(read: Read, at: string): Promise<(name: string) => Tensor> {
  const tensors = parseTensors((await read(`${at}/expected.safetensors`)).buffer);
  return (name) => tensors.get(name)!; // a missing one fails by itself
}
