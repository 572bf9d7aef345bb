/** Sentences for the note in a workflow: in English, unless the caller gives them in another language. */
export const comfyNotes = {
  chooseSource: 'Choose the picture to start from in “Load Image”.',
  chooseGuides: 'Choose the pictures that guide in the “Load Image” nodes beside the ControlNets.',
  oneScale: 'ComfyUI’s sampler has one guidance scale: that of the picture is as if it were 1.',
  maskIsClear:
    'What is to be drawn anew is what is transparent in the picture. Blur, padding and content of the mask are not carried over.',
  sampler: (ours: string, theirs: string): string => `ComfyUI has no sampler ${ours}; ${theirs} stands in.`,
  ends: 'The ends of the schedule are ComfyUI’s own.',
  alignSteps: 'Set “Align Your Steps” to SDXL for a model of that kind.',
  wholeSchedule: 'This schedule always runs whole: the strength is lost.',
  upscaler: (name: string): string => `ComfyUI’s own nodes have no upscaler “${name}”.`,
  like: (tool: string): string =>
    `The picture was drawn as ${tool} does; ComfyUI’s noise and noise levels differ a little.`,
  redrawn: 'It was drawn anew in tiles afterwards: this is the picture before that.',
  cardsNoise: 'The noise was that of a graphics card; ComfyUI draws its own on the CPU.',
  variation: 'ComfyUI has no variation seed.',
  seedDelta: 'ComfyUI has no seed delta (ENSD).',
  seedSize: 'ComfyUI has no seed of another size.',
  spacing: (name: string): string => `Timesteps were spaced “${name}”, which ComfyUI has not.`,
  weights: 'Weights of words are the same numbers; ComfyUI applies them in another way.',
  wordsStay: 'ComfyUI does not change words on the way: [a:b:0.5], [a|b] and AND are words there.',
  lost: (names: readonly string[]): string => `Not carried over: ${names.join(', ')}.`,
  hintKind: (kind: string): string => `ComfyUI knows no kind of hint “${kind}”.`,
  controlMoments: 'ComfyUI counts the start and the end of a control by noise levels, not by steps.',
  controlMode: 'ComfyUI’s own nodes cannot say that the prompt or the control is more important.',
  preprocessor: (name: string): string =>
    `ComfyUI’s own nodes have no preprocessor “${name}”: choose the finished hint.`,
};

export type ComfyNotes = typeof comfyNotes;
