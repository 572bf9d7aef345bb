/** IP-Adapters of the reference numbers: their files, opened, and what diffusers made of pictures with them. */
import { PNG } from 'pngjs';
import type { Pixels } from '../../src/canvas/pixels';
import type { Graph } from '../../src/graph/graph';
import { ipAdapterForm } from '../../src/nets/names/ip-adapter';
import { visionForm } from '../../src/nets/names/vision';
import type { OpenFile } from '../../src/pipeline/memory/opening';
import { visionTower, type VisionTower } from '../../src/nets/vision';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Kept, type Value } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { goldenBytes, goldenJson, hasGolden, listCases, listGolden } from './root';
import { tuned } from './runtime';

export const machine = wasmMachine(new Sessions(tuned));

interface AdapterCase {
  readonly base_model: string;
  readonly files: Readonly<Record<'ip_adapter' | 'image_encoder', { readonly unpacked: string }>>;
}

/** How the tower was made, where shapes do not tell. */
interface TowerConfig {
  readonly num_attention_heads: number;
  readonly hidden_act: VisionTower['activation'];
}

export interface GoldenAdapter {
  readonly adapter: Weights;
  readonly encoder: Weights;
  readonly tower: VisionTower;
  /** The path of the model that it was made for. */
  readonly base: string;
}

/** Names of the adapters. */
export const adapters = listGolden('ip').filter((name) => hasGolden(`ip/${name}/case.json`));

/** An adapter's cases of a family; each has those of some. */
export const casesOf = (adapter: string, family: string): string[] =>
  listCases(`ip/${adapter}/cases`).filter(
    (name) => (goldenJson(`ip/${adapter}/cases/${name}/case.json`) as { family: string }).family === family,
  );

/** @param path from the folder of the adapter. */
function pathFrom(adapter: string, path: string): string {
  return new URL(path, `golden:/ip/${adapter}/`).pathname.slice(1).replace(/\.gz$/, '');
}

export async function openAdapter(name: string): Promise<GoldenAdapter> {
  const { base_model, files } = goldenJson(`ip/${name}/case.json`) as AdapterCase;
  const own = await weightsOf(goldenBytes(`ip/${name}/${files.ip_adapter.unpacked}`));
  const adapter = { ...own, tensors: ipAdapterForm(own.tensors) };
  const file = await weightsOf(goldenBytes(`ip/${name}/image_encoder/${files.image_encoder.unpacked}`));
  const encoder = { ...file, tensors: visionForm(file.tensors) };
  const { num_attention_heads: heads, hidden_act: activation } = goldenJson(
    `ip/${name}/image_encoder/config.json`,
  ) as TowerConfig;
  const tower = { ...visionTower(encoder.tensors), heads, activation };
  return { adapter, encoder, tower, base: pathFrom(name, base_model) };
}

/** Gives an adapter's own file, and that of its encoder. */
export const adapterFiles =
  (name: string) =>
  async (id: string): Promise<OpenFile> => {
    const { files } = goldenJson(`ip/${name}/case.json`) as AdapterCase;
    const path =
      id === 'adapter'
        ? `ip/${name}/${files.ip_adapter.unpacked}`
        : `ip/${name}/image_encoder/${files.image_encoder.unpacked}`;
    const file = goldenBytes(path);
    return { name: id, header: await headerOf(file), source: memorySource(file) };
  };

export async function weightsOf(file: Uint8Array<ArrayBuffer>): Promise<Weights> {
  const { tensors } = await headerOf(file);
  return { tensors, source: memorySource(file) };
}

export async function run(
  graph: Graph,
  weights: Weights,
  values: Readonly<Record<string, Value>>,
  kept?: Kept,
): Promise<Float32Array> {
  const net = await machine.sessions.open(graph, weights, machine.openDevice);
  try {
    return await net.run(values, ...(kept ? [kept] : []));
  } finally {
    await net.release();
  }
}

export function picture(path: string): Pixels {
  const { width, height, data } = PNG.sync.read(Buffer.from(goldenBytes(path)));
  return { width, height, rgba: Uint8ClampedArray.from(data) };
}
