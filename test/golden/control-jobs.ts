/** Golden pictures that were guided: their jobs, and the nets that guided them. */
import type { OpenFile } from '../../src/pipeline/memory/opening';
import type { Control, Job, Pixels } from '../../src/pipeline/job';
import { memorySource } from '../../src/weights/source';
import { withFewBlocks } from '../fewer-blocks';
import { headerOf } from '../safetensors';
import { jobOf, type PipelineCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, listGolden, skipped } from './root';
import { goldenPixels } from './spied';
import type { Tensor } from './tensors';

export interface GuidedCase extends PipelineCase {
  readonly pipeline: string;
  /** "../../../../models/sd1/model.safetensors.gz" */
  readonly model: string;
  readonly call: PipelineCase['call'] & {
    readonly controlnet_conditioning_scale?: number | readonly number[];
    readonly control_guidance_start?: number | readonly number[];
    readonly control_guidance_end?: number | readonly number[];
    readonly adapter_conditioning_scale?: number;
  };
  /** Folders of the nets, from the case's; ".." is the one that the case is of. */
  readonly controlnets?: readonly string[];
  readonly adapter?: string;
}

/** Folders of cases, all nets' together. */
export function guidedCases(): string[] {
  const nets = listGolden('control').filter((name) =>
    listGolden(`control/${name}/cases`).some((test) => !test.startsWith('forward')),
  );
  if (nets.length === 0) skipped('pictures of control');
  return nets.flatMap((net) =>
    listCases(`control/${net}/cases`, (test) => !test.startsWith('forward')).map(
      (test) => `control/${net}/cases/${test}`,
    ),
  );
}

/** The folder of the model that drew a case. */
export const modelOf = ({ model }: GuidedCase): string => /models\/([^/]+)\/model/.exec(model)![1]!;

/** The job of a case. Nets are called by their folders. @param at the case's. */
export function guidedJob(at: string, wanted: GuidedCase): Job {
  const hasSource = /Img2Img|Inpaint/.test(wanted.pipeline);
  const source = hasSource ? goldenPixels(`${at}/image.png`) : undefined;
  const mask = hasGolden(`${at}/mask_image.png`) ? goldenPixels(`${at}/mask_image.png`) : undefined;
  const alpha = mask && Uint8Array.from(mask.rgba.filter((_, i) => i % 4 === 0));
  return { ...jobOf(wanted, source, alpha), controls: controlsOf(at, wanted) };
}

function controlsOf(at: string, { call, controlnets, adapter, pipeline }: GuidedCase): Control[] {
  const nets = controlnets ?? [adapter!]; // one of both is there
  const one = (asked: number | readonly number[] | undefined, i: number, usual: number): number =>
    typeof asked === 'object' ? asked[i]! : (asked ?? usual);
  return nets.map((folder, i) => ({
    model: new URL(folder === '..' ? '../..' : folder, `file:///${at}/`).pathname.replace(/^\/|\/$/g, ''),
    hint: /Img2Img|Inpaint/.test(pipeline)
      ? hintOf(goldenTensors(`${at}/expected.safetensors`)('control_image'))
      : goldenPixels(hasGolden(`${at}/image.png`) ? `${at}/image.png` : `${at}/image_${i}.png`),
    weight: one(call.controlnet_conditioning_scale ?? call.adapter_conditioning_scale, i, 1),
    start: one(call.control_guidance_start, i, 0),
    end: one(call.control_guidance_end, i, 1),
    mode: 'balanced',
  }));
}

/** [1, 3, height, width] in 0…1, or −1 where it is clear. */
function hintOf({ data, shape }: Tensor): Pixels {
  const [, , height, width] = shape as [number, number, number, number];
  const area = width * height;
  const rgba = new Uint8ClampedArray(4 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = Math.round(data[c * area + i]! * 255);
    rgba[4 * i + 3] = data[i]! < 0 ? 0 : 255;
  }
  return { width, height, rgba };
}

/** A net by its folder: one of the files in it. */
export async function goldenControl(folder: string): Promise<OpenFile> {
  const { files } = goldenJson(`${folder}/case.json`) as {
    readonly files: Readonly<Record<string, { readonly unpacked: string }>>;
  };
  const paths = Object.values(files).map(({ unpacked }) => `${folder}/${unpacked}`);
  const path = paths.find(hasGolden) ?? paths[0]!;
  const bytes = goldenBytes(path);
  return { name: path, header: await headerOf(bytes), source: memorySource(bytes) };
}

/** The same with fewer blocks, for a UNet that has as few. */
export async function fewControl(folder: string): Promise<OpenFile> {
  const file = await goldenControl(folder);
  return { ...file, header: withFewBlocks(file.header) };
}
