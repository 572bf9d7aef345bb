/** Sentences for the note in a workflow: in English, unless the caller gives them in another language. */
export const comfyNotes = {
  chooseSource: 'Choose the source picture in “Load Image”.',
  chooseGuides: 'Choose the control images in the “Load Image” nodes beside the ControlNets.',
  oneScale: 'ComfyUI’s sampler has one guidance scale; the image guidance scale counts as 1.',
  maskIsClear:
    'Transparent parts of the picture are redrawn. Mask blur, padding and masked content are not carried over.',
  sampler: (ours: string, theirs: string): string =>
    `ComfyUI has no sampler ${ours}; ${theirs} is used instead.`,
  ends: 'The highest and lowest sigma are ComfyUI’s own.',
  alignSteps: 'For an SDXL model, set “Align Your Steps” to SDXL.',
  wholeSchedule: 'This schedule always runs in full, so the denoising strength is lost.',
  upscaler: (name: string): string => `ComfyUI’s own nodes have no upscaler “${name}”.`,
  like: (tool: string): string =>
    `The picture was drawn the way ${tool} does it; ComfyUI’s noise and noise levels differ slightly.`,
  redrawn: 'The picture was redrawn in tiles afterwards; this workflow ends before that.',
  cardsNoise: 'The noise was generated as on an NVIDIA card; ComfyUI generates it on the CPU.',
  variation: 'ComfyUI has no variation seed.',
  seedDelta: 'ComfyUI has no seed delta (ENSD).',
  seedSize: 'ComfyUI cannot resize a seed.',
  spacing: (name: string): string => `The timestep spacing was “${name}”, which ComfyUI does not have.`,
  weights: 'Prompt weights are carried over, but ComfyUI applies them differently.',
  wordsStay: 'ComfyUI has no prompt editing: it reads [a:b:0.5], [a|b] and AND as plain text.',
  lost: (names: readonly string[]): string => `Not carried over: ${names.join(', ')}.`,
  hintKind: (kind: string): string => `ComfyUI’s union ControlNet node has no type “${kind}”.`,
  controlMoments: 'ComfyUI counts the start and end of a control by noise level, not by step.',
  controlMode: 'ComfyUI’s own nodes have no control mode, such as “My prompt is more important”.',
  preprocessor: (name: string): string =>
    `ComfyUI’s own nodes have no preprocessor “${name}”: load a finished hint instead.`,
};

export type ComfyNotes = typeof comfyNotes;
