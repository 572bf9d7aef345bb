/** CLIP's vision towers, by which IP-Adapters look at pictures: their names, which no language changes. */
import type { ImageEncoderFacts } from '../../engine/api';

/** By how many numbers they give, and where those that IP-Adapters were made for lie. */
const TOWERS = [
  { name: 'ViT-H', embedding: 1024, states: 1280, at: 'models/image_encoder/model.safetensors' },
  { name: 'ViT-bigG', embedding: 1280, states: 1664, at: 'sdxl_models/image_encoder/model.safetensors' },
  { name: 'ViT-L', embedding: 768, states: 1024, at: '' },
] as const;

/** “ViT-H” */
export function towerName({ gives }: Pick<ImageEncoderFacts, 'gives'>): string {
  const known = TOWERS.find(
    ({ embedding, states }) => gives.embedding === embedding && gives.states === states,
  );
  return known?.name ?? 'CLIP';
}

/** The one that gives so many numbers, where it is known which and where its file lies. */
export function towerFor(seen: string, width: number): (typeof TOWERS)[number] | undefined {
  const key = seen === 'embedding' ? 'embedding' : 'states';
  return TOWERS.find((tower) => tower[key] === width && tower.at);
}
