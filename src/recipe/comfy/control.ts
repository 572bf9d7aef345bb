/** Controls as ComfyUI's nodes: a loader for the net, the control image, and the node that applies them to the conditionings. */
import type { GraphNode } from './graph';
import type { Output, Sheet } from './sheet';
import type { Walk } from './walk';
import type { ControlDraft, RecipeControl } from '../control';
import { stemOf } from '../recipe';

/** Where the two prompts' encodings come from. */
export interface Words {
  readonly positive: Output;
  readonly negative: Output;
}

/** ComfyUI's own Canny node has thresholds from 0 to 1, other tools from 0 to 255. */
const COLOURS = 255;
const CANNY = { a: 100, b: 200 };

/** Kinds of hint, as SetUnionControlNetType names them. */
const unionTypes = [
  ...['openpose', 'depth', 'hed/pidi/scribble/ted', 'canny/lineart/anime_lineart/mlsd', 'normal', 'segment'],
  ...['tile', 'repaint'],
];

/**
 * The conditionings with all controls applied.
 * @param fileOf gives the name of a net's file, with its ending.
 */
export function controlled(
  sheet: Sheet,
  controls: readonly RecipeControl[],
  said: Words,
  fileOf: (name: string) => string,
): Words {
  return controls.reduce((before, control) => {
    let [net] = sheet.add('ControlNetLoader', 0, {}, { control_net_name: fileOf(control.model) });
    const { hintKind: kind } = control;
    if (kind !== undefined) {
      const type = unionTypes.find((name) => name.split('/').includes(kind) || name === kind) ?? 'auto';
      if (type === 'auto') sheet.note(sheet.say.hintKind(kind));
      [net] = sheet.add('SetUnionControlNetType', 1, { control_net: net }, { type });
    }
    const { weight: strength, start: start_percent, end: end_percent, mode = 'balanced' } = control;
    if (start_percent > 0 || end_percent < 1) sheet.note(sheet.say.controlMoments);
    if (mode !== 'balanced') sheet.note(sheet.say.controlMode);
    const [positive, negative] = sheet.add(
      'ControlNetApplyAdvanced',
      2,
      { ...before, control_net: net, image: hint(sheet, control) },
      { strength, start_percent, end_percent },
    );
    return { positive, negative };
  }, said);
}

function hint(sheet: Sheet, { module, a = CANNY.a, b = CANNY.b }: RecipeControl): Output {
  const [picture] = sheet.add('LoadImage', 0, {}, { image: 'control.png', upload: 'image' });
  sheet.note(sheet.say.chooseGuides);
  const image = { image: picture };
  if (module === 'canny') {
    const fields = { low_threshold: inColours(a), high_threshold: inColours(b) };
    return sheet.add('Canny', 1, image, fields)[0];
  }
  if (module === 'invert') return sheet.add('ImageInvert', 1, image)[0];
  if (module !== 'none') sheet.note(sheet.say.preprocessor(module));
  return picture;
}

const inColours = (threshold: number): number =>
  Number(Math.min(0.99, Math.max(0.01, threshold / COLOURS)).toFixed(4));

/** Nodes that apply a net to a conditioning. The older one, ControlNetApply, has no start and end. */
export const controlTypes: ReadonlySet<string> = new Set(['ControlNetApplyAdvanced', 'ControlNetApply']);

/** Names of A1111's preprocessors, by the nodes that do the same: ComfyUI's own, and those of a widely used extension. */
const modules: ReadonlyMap<string, string> = new Map([
  ['LoadImage', 'none'],
  ['Canny', 'canny'],
  ['CannyEdgePreprocessor', 'canny'],
  ['ImageInvert', 'invert'],
  ['Scribble_XDoG_Preprocessor', 'scribble_xdog'],
  ['TilePreprocessor', 'tile_resample'],
  ['ShufflePreprocessor', 'shuffle'],
  ['ColorPreprocessor', 't2ia_color_grid'],
  ['InpaintPreprocessor', 'inpaint_only'],
]);

/** The control that such a node applies; null where it has no net, or a net without a name. */
export function controlOf(node: GraphNode, walk: Walk): RecipeControl | null {
  const draft: ControlDraft = {};
  let net = walk.to(node, 'control_net');
  if (net?.type === 'SetUnionControlNetType') {
    const kind = walk.text(net, 'type');
    if (kind !== undefined && kind !== 'auto') draft.hintKind = kind;
    net = walk.to(net, 'control_net');
  }
  const file = net && walk.text(net, 'control_net_name');
  if (file === undefined) return null;
  return {
    ...made(walk.to(node, 'image'), walk),
    ...draft,
    model: stemOf(file),
    weight: walk.number(node, 'strength') ?? 1,
    start: walk.number(node, 'start_percent') ?? 0,
    end: walk.number(node, 'end_percent') ?? 1,
  };
}

/** The most scaling nodes that are followed: nobody uses as many, but a cycle of links has no end. */
const MOST_SCALED = 9;

/** How the hint was made: the preprocessor that its image comes from, with its settings. */
function made(
  from: GraphNode | undefined,
  walk: Walk,
): Pick<RecipeControl, 'module' | 'resolution' | 'a' | 'b'> {
  let node = from;
  for (let steps = 0; node && steps < MOST_SCALED && /^ImageScale(?:By)?$/.test(node.type); steps++)
    node = walk.to(node, 'image');
  if (!node) return { module: 'none' };
  const module = modules.get(node.type);
  if (module === undefined) walk.doNotKnow('Node', node.type);
  if (node.type !== 'LoadImage') walk.to(node, 'image');
  const scale = node.type === 'Canny' ? COLOURS : 1;
  const threshold = (name: string): number | undefined => {
    const value = walk.number(node, name);
    return value === undefined ? undefined : Math.round(value * scale);
  };
  const [a, b] = [threshold('low_threshold'), threshold('high_threshold')];
  const resolution = walk.number(node, 'resolution');
  return {
    module: module ?? 'none',
    ...(resolution !== undefined && { resolution }),
    ...(a !== undefined && { a }),
    ...(b !== undefined && { b }),
  };
}
