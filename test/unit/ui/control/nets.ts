/** Files of nets that read pictures, as the list of files has them. */
import type { ControlNet } from '../../../../src/ui/control/nets';

export const netOf = (
  name: string,
  facts: Partial<ControlNet['addon']> = {},
  hashes?: ControlNet['hashes'],
): ControlNet => ({
  id: `id of ${name}`,
  file: `${name}.safetensors`,
  bytes: 1,
  origin: 'stored',
  ...(hashes && { hashes }),
  addon: {
    ...{ name, kind: 'control', net: 'ControlNet', base: 'Stable Diffusion 1.x', hintChannels: 3 },
    ...facts,
  },
});

export const canny = netOf('control_v11p_sd15_canny');
export const pose = netOf('control_v11p_sd15_openpose');
export const inpainting = netOf('control_v11p_sd15_inpaint');
export const union = netOf('union_promax', {
  base: 'Stable Diffusion XL',
  kinds: ['openpose', 'depth', 'canny/lineart/mlsd', 'tile'],
});
