/** Controls in a script for diffusers. No recipe tells whether a file is a T2I-Adapter, so ControlNets are assumed. */
import { isReference, type RecipeControl } from '../control';
import { pythonNumber } from '../infotext/pairs';
import type { RecipeMode } from '../recipe';

/** Pipelines by mode; diffusers has none with ControlNets for models that change pictures by instruction. */
const pipelines: Readonly<Record<Exclude<RecipeMode, 'instruct'>, readonly [sd: string, xl: string]>> = {
  text: ['StableDiffusionControlNetPipeline', 'StableDiffusionXLControlNetPipeline'],
  image: ['StableDiffusionControlNetImg2ImgPipeline', 'StableDiffusionXLControlNetImg2ImgPipeline'],
  inpaint: ['StableDiffusionControlNetInpaintPipeline', 'StableDiffusionXLControlNetInpaintPipeline'],
  outpaint: ['StableDiffusionControlNetInpaintPipeline', 'StableDiffusionXLControlNetInpaintPipeline'],
};

/** The controls that a script can have: no IP-Adapters, and none with `instruct`. */
export const controlsOf = (
  mode: RecipeMode,
  controls: readonly RecipeControl[] = [],
): readonly RecipeControl[] =>
  mode === 'instruct' ? [] : controls.filter((control) => !isReference(control));

/** The name of diffusers' pipeline for pictures that guide. */
export const controlPipeline = (mode: RecipeMode, isXl: boolean): string =>
  pipelines[mode === 'instruct' ? 'text' : mode][isXl ? 1 : 0];

/**
 * The lines that load the nets and the control images.
 * @param file gives the name of a net's file in quotes, with its ending.
 */
export function controlLines(
  controls: readonly RecipeControl[],
  size: string,
  file: (name: string) => string,
): { readonly nets: string[]; readonly hints: string[] } {
  const nets = controls.map(
    ({ model }) => `    ControlNetModel.from_single_file(${file(model)}, torch_dtype=dtype),`,
  );
  const hints = controls.map(({ module }, i) => {
    const made = module === 'none' ? '' : `  # made by ${JSON.stringify(module)}`;
    return `    load_image("control_${i}.png").resize((${size})),${made}`;
  });
  return { nets: ['controlnets = [', ...nets, ']'], hints: ['hints = [', ...hints, ']'] };
}

/**
 * The pipeline's additional arguments.
 * @param hints the control images, in Python.
 */
export function controlArguments(
  controls: readonly RecipeControl[],
  mode: RecipeMode,
  hints = 'hints',
): Record<string, string> {
  const list = (key: 'weight' | 'start' | 'end'): string =>
    `[${controls.map((control) => pythonNumber(control[key])).join(', ')}]`;
  return {
    [mode === 'text' ? 'image' : 'control_image']: hints,
    controlnet_conditioning_scale: list('weight'),
    control_guidance_start: list('start'),
    control_guidance_end: list('end'),
    ...(controls.some((control) => control.mode === 'control') && { guess_mode: 'True' }),
  };
}

/** Sentences on where the picture will differ because of its controls. */
export function controlDifferences(controls: readonly RecipeControl[], mode: RecipeMode): (string | false)[] {
  const guides = controls.filter((control) => !isReference(control));
  const modes = new Set(guides.map((control) => control.mode ?? 'balanced'));
  return [
    mode === 'instruct' &&
      guides.length > 0 &&
      'diffusers cannot control such a model; its controls are left out.',
    modes.has('prompt') && 'diffusers has no control mode “My prompt is more important”.',
    modes.has('control') && modes.size > 1 && 'diffusers has one guess mode for all controls.',
  ];
}
