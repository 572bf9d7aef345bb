/** What lies in models/ and comes with the app. The rest of that folder is its owner's. */

/** What the app opens with, and what is added to it: little enough to be kept for when there is no network. */
export const KEPT = [
  'mini-sd.safetensors',
  'loras/outline.safetensors',
  'embeddings/teal.safetensors',
  'upscalers/mini-compact-x4.safetensors',
];

/** With what is read from the server when it is chosen. */
export const SHIPPED = [
  ...KEPT,
  'mini-sd-inpainting.safetensors',
  'mini-sd-instruct.safetensors',
  'controlnets/mini-sd-canny.safetensors',
];

export const CREDITS = 'ATTRIBUTION.md';
