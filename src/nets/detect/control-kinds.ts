/** Kinds of nets that guide a UNet by a picture, told from other files by names alone. */
import { unwrapped } from '../names/places';
import { finder, type Row } from '../strangers/signs';

/** In the order in which they are tried. */
const rows = [
  { kind: 'Control-LoRA', all: ['lora_controlnet'] },
  {
    kind: 'ControlNet',
    all: [
      'controlnet_cond_embedding|controlnet_down_blocks.#|controlnet_mid_block|input_hint_block.#|zero_convs.#|^control_model',
    ],
  },
  {
    kind: 'T2I-Adapter',
    all: ['body.#.block2|body.#.resnets.#.block2|body.#.body.#.block2'],
    none: ['style_embedding'],
  },
] as const satisfies readonly Row[];

/** A whole UNet: a file with one is a model, whatever lies beside it. */
const UNET = 'output_blocks.#|up_blocks.#';

/** The kind in a file; null if there is none. Nets for other families have such names, too: exclude them first. */
export function controlKind(tensors: ReadonlyMap<string, unknown>): (typeof rows)[number]['kind'] | null {
  const has = finder([...tensors.keys()].map(unwrapped));
  if (has(UNET)) return null;
  const fits = ({ all, none = [] }: Row): boolean => all.every(has) && !none.some(has);
  return rows.find(fits)?.kind ?? null;
}
