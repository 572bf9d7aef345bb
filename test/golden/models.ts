/** Golden models as one file each, also where they lie in several. */
import { merged } from '../safetensors';
import { goldenBytes, hasGolden } from './root';

/** Files that are a Stable Diffusion 3 together, and what stands before their names where all are in one. */
const PARTS = [
  ['model_bare', ''],
  ['clip_l', 'text_encoders.clip_l.transformer.'],
  ['clip_g', 'text_encoders.clip_g.transformer.'],
] as const;

const pathOf = (model: string, file: string): string => `models/${model}/${file}.safetensors`;

const inParts = (model: string): boolean => PARTS.every(([file]) => hasGolden(pathOf(model, file)));

/** Whether a model is there, in one file or in parts. */
export const hasModel = (model: string): boolean => hasGolden(pathOf(model, 'model')) || inParts(model);

/** Files that were made of parts. */
const whole = new Map<string, Uint8Array<ArrayBuffer>>();

/** A golden model's single file, or the one that its parts make. Nobody writes to it. */
export function modelBytes(model: string, file = 'model'): Uint8Array<ArrayBuffer> {
  const path = pathOf(model, file);
  if (file !== 'model' || hasGolden(path) || !inParts(model)) return goldenBytes(path);
  const known = whole.get(model);
  if (known) return known;
  const made = merged(PARTS.map(([part, prefix]) => ({ file: goldenBytes(pathOf(model, part)), prefix })));
  whole.set(model, made);
  return made;
}
