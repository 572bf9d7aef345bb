import type { ResourceKind, Tool } from '../../../../recipe/recipe';
import type { recipe as English } from '../../en/share/recipe';
import { clean, versionOf } from '../../format';
import { format } from '../format';

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

const kinds: Readonly<Record<ResourceKind, string>> = {
  model: 'Modelis',
  vae: 'VAE',
  lora: 'LoRA',
  embedding: 'Tekstinė inversija',
  control: 'Valdymo modelis',
  upscaler: 'Didintuvas',
};

export const recipe: typeof English = {
  tool: (tool) => `Šaltinis: ${tools[tool.name]}${versionOf(tool)}. Niekas nepasikeis, kol to nepaprašysite.`,

  resource({ kind, name, hash }) {
    const called = name ? ` „${clean(name, 80)}“` : '';
    return `${kinds[kind]}${called}${hash === undefined ? '' : ` (maišos kodas ${clean(hash, 64)})`}`;
  },

  taken: 'Receptas perimtas.',

  rare(value) {
    if (typeof value === 'boolean') return value ? 'įjungta' : 'išjungta';
    if (typeof value === 'number') return format.number(value);
    if (typeof value !== 'object') return String(value);
    if ('width' in value) return `${value.width} × ${value.height}`;
    if ('index' in value) return `${value.index + 1} iš ${value.count}`;
    if ('layers' in value) return value.layers.join(', ');
    const { sampler, schedule, prompt, negative } = value;
    const words = [prompt, negative].flatMap((text) => (text === undefined ? [] : `„${clean(text, 80)}“`));
    return [sampler, schedule, ...words].filter((part) => part !== undefined).join(', ');
  },
};
