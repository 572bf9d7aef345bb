/**
 * A unit of A1111's ControlNet extension in the text about a picture: `ControlNet 0: "Module: canny, Model:
 * control_v11p_sd15_canny [d14c016b], Weight: 1, …"`. Reads and writes what is in the quotes.
 */
import type { ControlDraft, RecipeControl } from '../control';
import { choice, flag, numberIn, numbers, texts, type Field } from './fields';

type Unit = ControlDraft;

/** In the order in which the extension writes them. −1 stands for a number that the preprocessor does not have. */
const fields: readonly Field<Unit>[] = [
  texts('module', 'Module', 'Preprocessor'),
  {
    names: ['Model'],
    write: ({ model, hash }) => (hash ? `${model} [${hash}]` : model),
    read: (value) => {
      const [, model, hash] = /^(.*?)(?: \[([\da-f]{8,64})\])?$/i.exec(value) ?? [];
      return { model: model ?? value, ...(hash && { hash }) };
    },
  },
  numbers('weight', ['Weight']),
  choice(
    'resize',
    ['Resize Mode'],
    [
      ['stretch', 'Just Resize'],
      ['crop', 'Crop and Resize'],
      ['fill', 'Resize and Fill'],
    ],
  ),
  numbers('resolution', ['Processor Res'], -1),
  numbers('a', ['Threshold A'], -1),
  numbers('b', ['Threshold B'], -1),
  numbers('start', ['Guidance Start']),
  numbers('end', ['Guidance End']),
  flag('pixelPerfect', 'Pixel Perfect'),
  choice(
    'mode',
    ['Control Mode'],
    [
      ['balanced', 'Balanced'],
      ['prompt', 'My prompt is more important'],
      ['control', 'ControlNet is more important'],
    ],
  ),
  texts('hintKind', 'Union Control Type'),
];

/** Older versions wrote these numbers in brackets. */
const bracketed: ReadonlyMap<string, readonly (keyof Unit)[]> = new Map([
  ['starting/ending', ['start', 'end']],
  ['preprocessor params', ['resolution', 'a', 'b']],
]);

/** Fields that do not change the picture, whatever their value; "hr option" only with the value "both". */
const HARMLESS =
  /^(?:enabled|low vram|save detected map|input mode|batch images|output dir|loopback|inpaint crop input image|hr option: both$)/i;

const named = new Map(fields.flatMap((field) => field.names.map((name) => [name.toLowerCase(), field])));

/** A unit that was read. */
export interface ReadControl {
  readonly control: RecipeControl;
  /** Fields of the unit that are not understood. */
  readonly unknown: readonly (readonly [name: string, value: string])[];
}

/** Null for a unit without a net: the extension's preprocessors that need none are not supported here. */
export function readControl(text: string): ReadControl | null {
  const unit: Unit = {};
  const unknown: [string, string][] = [];
  // Commas in brackets are part of a value.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const colon = part.indexOf(':');
    const [name, value] = [part.slice(0, Math.max(0, colon)).trim(), part.slice(colon + 1).trim()];
    const found = named.get(name.toLowerCase())?.read(value) ?? inBrackets(name, value);
    if (found) Object.assign(unit, found);
    else if (!HARMLESS.test(part.trim())) unknown.push([name, value]);
  }
  const { module = 'none', model, weight = 1, start = 0, end = 1, ...rest } = unit;
  if (model === undefined || model === '' || model === 'None') return null;
  return { control: { module, model, weight, start, end, ...rest }, unknown };
}

function inBrackets(name: string, value: string): Unit | null {
  const keys = bracketed.get(name.toLowerCase());
  const said = /^\((.*)\)$/.exec(value)?.[1]?.split(',').map(numberIn);
  if (!keys || !said) return null;
  const pairs = keys.map((key, i) => [key, said[i] ?? -1] as const);
  return Object.fromEntries(pairs.filter(([, number]) => number !== -1));
}

/** "Module: canny, Model: …", as A1111's extension writes a unit. */
export function writeControl(control: RecipeControl): string {
  return fields
    .map((field) => [field.names[0], field.write(control)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}
