/** What is said of pictures that guide, and of the nets that read them. */
import type { NetHintName } from '../../../../engine/api';
import type { UnitObstacle } from '../../../control/unit';
import { hasUNet, type Family } from '../../family';
import { clean } from '../../format';
import { format } from '../format';

const { count } = format;

const unitObstacleWords: Readonly<Record<UnitObstacle, string>> = {
  'no-control-model': 'Choose a control model, or remove the control',
  'control-misfit':
    'A control model is for other models than this one: choose another, or remove the control',
  'no-control-picture': 'Choose a picture for the control',
  'no-hint-net': 'Import the net that a control’s preprocessor needs, or choose another preprocessor',
};

const unitRemovedWords = (number: number): string => `Control ${number} was removed.`;

/** @param other another picture took its place; else none. */
const controlReplacedWords = (name: string, other: boolean): string =>
  `${clean(name, 60)} was ${other ? 'replaced' : 'removed'}.`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Some control models at hand that do not fit the chosen model, with what they are for. */
function misfitWords(nets: readonly { readonly name: string; readonly base: string }[]): string {
  if (nets.length === 0) return '';
  const bases = [...new Set(nets.map(({ base }) => base))];
  const told = bases.map((base) => {
    const names = nets.filter((net) => net.base === base).map(({ name }) => clean(name, 60));
    return `${listed(names)} for ${clean(base, 40)}`;
  });
  return `Not for this model: ${told.join('; ')}.`;
}

/** Where no control model at hand fits. */
const noNetWords = (model: Family): string =>
  hasUNet(model)
    ? `No control model here is for ${clean(model.family, 60)}: import a ControlNet or a T2I-Adapter, as a .safetensors file.`
    : `${clean(model.family, 60)} takes no control models here: they are for Stable Diffusion 1.x, 2.x and XL.`;

/** So many pictures guide. */
const controlsWords = (units: number): string =>
  units === 1 ? 'a picture that guides' : `${count(units)} pictures that guide`;

/** Why no hint can be shown yet. */
const hintAwaits = {
  picture: 'Its hint will be shown here.',
  net: 'A net makes it, which takes a moment…',
  run: 'It is made when the current picture is done.',
  gone: 'The net that makes it is not here: import it, or choose another preprocessor.',
  mask: 'Made of the picture and its mask when the run begins.',
};

/** At the end of the list of preprocessors, where some are not at hand. */
const moreHintsWords = 'Depth, line art, HED: import a net first';

/** A preprocessor that is chosen and whose net is not here. */
const hintGoneWords = (label: string): string => `${label}: its net is not here`;

const depthNet = 'Depth Anything V2 Small (99 MB, Apache-2.0), which is under “Download a model”';
const lineNet = 'Informative drawings (17 MB, MIT), which is under “Download a model”';
const wanted: Readonly<Record<NetHintName, string>> = {
  depth_anything_v2: depthNet,
  depth_anything: depthNet,
  lineart_realistic: lineNet,
  lineart_coarse: 'sk_model2.pth (17 MB, MIT), of lllyasviel/Annotators on Hugging Face',
  softedge_hed: 'ControlNetHED.pth (29 MB, Apache-2.0), of lllyasviel/Annotators on Hugging Face',
};

/** What to bring where a control model is usually shown hints that a net makes, and that net is not here. */
const bringNetWords = (hint: NetHintName): string =>
  `Hints for this control model are best made by a net of their own: import ${wanted[hint]}. Or add a picture that is such a hint already, and choose “None”.`;

export const control = {
  obstacles: unitObstacleWords,
  removed: unitRemovedWords,
  replaced: controlReplacedWords,
  misfit: misfitWords,
  noNet: noNetWords,
  guiding: controlsWords,
  awaits: hintAwaits,
  moreHints: moreHintsWords,
  hintGone: hintGoneWords,
  bringNet: bringNetWords,
};
