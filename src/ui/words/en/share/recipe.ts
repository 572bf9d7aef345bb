/** What is said of recipes. */
import type { Resource, ResourceKind, Tool } from '../../../../recipe/recipe';
import type { Rare } from '../../../settings/settings';
import { clean, versionOf } from '../../format';

const tools: Readonly<Record<Tool['name'], string>> = {
  A1111: 'Stable Diffusion web UI (A1111)',
  ComfyUI: 'ComfyUI',
  InvokeAI: 'InvokeAI',
  NovelAI: 'NovelAI',
  Fooocus: 'Fooocus',
  SwarmUI: 'SwarmUI',
  Civitai: 'Civitai',
  'Draw Things': 'Draw Things',
  'Easy Diffusion': 'Easy Diffusion',
  diffusers: 'diffusers',
  Drobe: 'Drobė',
};

/** Where a recipe comes from. */
const toolWords = (tool: Tool): string =>
  `From ${tools[tool.name]}${versionOf(tool)}. Nothing changes unless you say so.`;

const kinds: Readonly<Record<ResourceKind, string>> = {
  model: 'Model',
  vae: 'VAE',
  lora: 'LoRA',
  embedding: 'Textual inversion',
  control: 'Control model',
  upscaler: 'Upscaler',
};

/** A file that a recipe needs, by what is told of it. */
function resourceWords({ kind, name, hash }: Resource): string {
  const called = name ? ` “${clean(name, 80)}”` : '';
  return `${kinds[kind]}${called}${hash === undefined ? '' : ` (hash ${clean(hash, 64)})`}`;
}

const takenWords = 'The recipe was taken over.';

/** The value of a setting that recipes bring along. */
function rareWords(value: Rare[keyof Rare]): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value !== 'object') return String(value);
  if ('width' in value) return `${value.width} × ${value.height}`;
  if ('index' in value) return `${value.index + 1} of ${value.count}`;
  if ('layers' in value) return value.layers.join(', ');
  const { sampler, schedule, prompt, negative } = value;
  const words = [prompt, negative].flatMap((text) => (text === undefined ? [] : `“${clean(text, 80)}”`));
  return [sampler, schedule, ...words].filter((part) => part !== undefined).join(', ');
}

export const recipe = {
  tool: toolWords,
  resource: resourceWords,
  taken: takenWords,
  rare: rareWords,
};
