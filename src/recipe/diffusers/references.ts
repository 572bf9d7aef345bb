/** Reference images of IP-Adapters in a script for diffusers. */
import { isReference, type RecipeControl } from '../control';
import { pythonNumber } from '../infotext/pairs';
import type { RecipeSettings } from '../recipe';

/** The references that a script can have: diffusers has none for SDXL models that change pictures by instruction. */
export const referencesOf = ({ controls = [], mode }: RecipeSettings, isXl: boolean): RecipeControl[] =>
  isXl && mode === 'instruct' ? [] : controls.filter(isReference);

/**
 * The lines that load the adapters from the script's folder, which has their image encoder in image_encoder. An adapter is loaded
 * once for each picture, even if it is the same file: diffusers would put all pictures of one adapter into one attention.
 * @param file gives the name of an adapter's file in quotes, with its ending.
 */
export function referenceLines(
  references: readonly RecipeControl[],
  file: (name: string) => string,
): string[] {
  const [only, ...others] = references;
  if (!only) return [];
  if (others.length === 0)
    return [
      `pipe.load_ip_adapter(".", subfolder="", weight_name=${file(only.model)})`,
      `pipe.set_ip_adapter_scale(${pythonNumber(only.weight)})`,
      'reference = load_image("reference.png")',
    ];
  const list = (of: (reference: RecipeControl, i: number) => string): string =>
    `[${references.map(of).join(', ')}]`;
  const names = list(({ model }) => file(model));
  return [
    `pipe.load_ip_adapter(${list(() => '"."')}, subfolder=${list(() => '""')}, weight_name=${names})`,
    `pipe.set_ip_adapter_scale(${list(({ weight }) => pythonNumber(weight))})`,
    `references = ${list((_, i) => `load_image("reference_${i}.png")`)}`,
  ];
}

/** The pipeline's additional arguments. */
export function referenceArguments(references: readonly RecipeControl[]): Record<string, string> {
  if (references.length === 0) return {};
  return { ip_adapter_image: references.length === 1 ? 'reference' : 'references' };
}
