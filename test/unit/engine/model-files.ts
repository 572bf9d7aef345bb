/** Small files that stand for models and their parts, and what is found among them. */
import type { Gathered, LocalFile, LocalModel } from '../../../src/engine/api';
import { modelsAmong as gatherAll } from '../../../src/engine/files/models-among';
import { blobsOf, mapFiles } from '../../../src/weights/store/layout';
import { tensorsOf, written, type StoredTensors } from '../../safetensors';

/** A file with tensors of these names, of one number each. */
export const named = (path: string, names: readonly string[], dtype: 'F32' | 'F16' = 'F16'): LocalFile => {
  const bytes = new Uint8Array(dtype === 'F32' ? 4 : 2);
  const tensors: StoredTensors = new Map(names.map((name) => [name, { dtype, shape: [1], bytes }]));
  return local(path, written(tensors));
};
export const local = (path: string, content: Blob | string): LocalFile => ({
  file: new File([content], path.slice(path.lastIndexOf('/') + 1)),
  path,
});

export const UNET = [
  'conv_in.weight',
  'down_blocks.0.resnets.0.conv1.weight',
  'up_blocks.0.resnets.0.conv1.weight',
];
export const VAE = ['decoder.conv_in.weight', 'encoder.down_blocks.0.resnets.0.conv1.weight'];
export const TEXT = ['text_model.final_layer_norm.weight', 'text_model.encoder.layers.0.layer_norm1.weight'];
export const unet = (path = 'unet/diffusion_pytorch_model.safetensors') => named(path, UNET);
export const vae = (path = 'vae/diffusion_pytorch_model.safetensors') => named(path, VAE);
export const text = (path = 'text_encoder/model.safetensors') => named(path, TEXT);
export const gather = (files: readonly LocalFile[]) => gatherAll(files, ({ file }) => file);
export const told = ({ models, refused }: Gathered) => ({
  files: models.map(({ name }) => name),
  refused: refused.map(({ file, problem }) => [file, problem.code, problem.facts]),
});
export const fileOf = ({ layout }: LocalModel): Blob =>
  new Blob(blobsOf(mapFiles(layout, ({ file }) => file)));
export const namesIn = async (model: LocalModel | undefined): Promise<string[]> => [
  ...(await tensorsOf(fileOf(model!))).keys(),
];
export const inside = (folder: string, ...files: LocalFile[]): LocalFile[] =>
  files.map(({ file, path }) => ({ file, path: `${folder}/${path}` }));
