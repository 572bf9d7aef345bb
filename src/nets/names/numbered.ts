/**
 * LoRAs whose modules have numbers for names, `unet:0` and `text_encoder:47`: their trainer counts the linear layers that
 * it changes in the order in which PyTorch lists them, and writes down no more than the classes that these are part of.
 * https://github.com/cloneofsimo/lora/blob/master/lora_diffusion/lora.py
 */
import type { LoraModule } from './lora-parts';

interface Shape {
  readonly shape: readonly number[];
}
type Shapes = ReadonlyMap<string, Shape>;

interface Net {
  /** Its blocks in a checkpoint, in PyTorch's order. */
  readonly blocks: readonly RegExp[];
  /** The layers of each block that are counted. Which ones, and in which order, depends on the trainer and its libraries. */
  readonly layers: readonly (readonly string[])[];
}

const layersIn = (module: string, ...layers: string[]): string[] =>
  layers.map((layer) => `${module}.${layer}`);
const ATTENTION = ['to_q', 'to_k', 'to_v', 'to_out.0'];
const SELF = layersIn('attn1', ...ATTENTION);
const CROSS = layersIn('attn2', ...ATTENTION);
const GEGLU = 'ff.net.0.proj';

const NETS: Readonly<Record<string, Net>> = {
  unet: {
    // In diffusers a UNet's middle is registered after the way up.
    blocks: ['input_blocks', 'output_blocks', 'middle_block'].map(
      (part) => new RegExp(`^unet\\.${part}\\..*\\.transformer_blocks\\.\\d+(?=\\.)`),
    ),
    // Attention alone; all three as the first diffusers had them, and as later ones have.
    layers: [
      [...SELF, ...CROSS],
      [...SELF, GEGLU, ...CROSS],
      [...SELF, ...CROSS, GEGLU],
    ],
  },
  text_encoder: {
    blocks: [/^text\.text_model\.encoder\.layers\.\d+(?=\.)/],
    layers: [layersIn('self_attn', 'k_proj', 'v_proj', 'q_proj', 'out_proj')],
  },
};

/**
 * Names for the numbered modules of a LoRA. Shapes tell in which order a net's layers were counted.
 * @param lora the LoRA's tensors. @param model the checkpoint's, in normal form.
 * @returns for a module's name one that `moduleFinder` knows: itself if it is not a number; null if no known order
 * leads to weights of these sizes.
 */
export function numberedNames(
  modules: readonly LoraModule[],
  lora: Shapes,
  model: Shapes,
): (name: string) => string | null {
  const names = new Map<string, string | null>();
  for (const [net, { blocks, layers }] of Object.entries(NETS)) {
    const numbered = modules.flatMap((module) => {
      const [, of, number] = NUMBERED.exec(module.name) ?? [];
      return of === net ? [{ module, number: Number(number) }] : [];
    });
    if (numbered.length === 0) continue;
    const places = blocks.flatMap((block) => found(block, model));
    const order = layers
      .map((own) => places.flatMap((place) => layersIn(place, ...own)))
      .find((all) =>
        numbered.every(({ module, number }) => fits(module, lora, model.get(`${all[number]}.weight`))),
      );
    const isThere = places.length > 0;
    for (const { module, number } of numbered) {
      names.set(module.name, order?.[number] ?? (isThere ? null : `${net}.${number}`));
    }
  }
  return (name) => (names.has(name) ? (names.get(name) ?? null) : name);
}

const NUMBERED = /^(\w+):(\d+)$/;

/** What a pattern finds at the beginning of names, each once, in the order of the numbers in it. */
function found(pattern: RegExp, tensors: Shapes): string[] {
  const all = [...tensors.keys()].flatMap((key) => pattern.exec(key)?.[0] ?? []);
  return [...new Set(all)].sort(new Intl.Collator('en', { numeric: true }).compare);
}

/** Whether a module's matrices, as far as they are there, are for this weight. */
function fits({ parts }: LoraModule, lora: Shapes, weight: Shape | undefined): boolean {
  if (!weight) return false;
  const [rows, columns] = weight.shape;
  const shapeOf = (part: string) => lora.get(parts.get(part) ?? '')?.shape;
  return (shapeOf('up')?.[0] ?? rows) === rows && (shapeOf('down')?.[1] ?? columns) === columns;
}
