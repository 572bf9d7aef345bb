/** Between units and recipes: all but their pictures, which no recipe carries. */
import { makerNamed, moduleOf, preprocessors, type PreprocessorName } from '../../canvas/hints';
import type { ModelEntry } from '../../engine/api';
import { isReference, type RecipeControl } from '../../recipe/control';
import { shortHash } from '../../recipe/infotext/hashes';
import { stemOf } from '../../recipe/recipe';
import { moments, weights } from '../settings/ranges';
import { isControlNet, likelyKind, type ControlNet } from './nets';
import { within } from '../controls/range';
import { initialUnit, resolutions, withPreprocessor, type Unit, type UnitSettings } from './unit';

/** @param here the files on this device, for their names and hashes. */
export function recipeUnits(units: readonly UnitSettings[], here: readonly ModelEntry[]): RecipeControl[] {
  return units.map((unit) => {
    const net = here.find(({ id }) => id === unit.model);
    const hash = net?.hashes && shortHash('control', net.hashes);
    const { weight, start, end, mode, resize, resolution, pixelPerfect, hintKind } = unit;
    const { numbers } = preprocessors[unit.preprocessor];
    const takes = (name: 'a' | 'b'): boolean => numbers.some((number) => number.name === name);
    return {
      model: net ? stemOf(net.file) : unit.model,
      ...(hash && { hash }),
      module: moduleOf(unit.preprocessor),
      ...{ weight, start, end, mode, resize, pixelPerfect },
      ...(!pixelPerfect && { resolution }),
      ...(takes('a') && { a: unit.a }),
      ...(takes('b') && { b: unit.b }),
      ...(hintKind && { hintKind }),
    };
  });
}

/** A recipe's units with the nets among the files here, without pictures. What is not known here is as in a new unit. */
export function unitsOf(units: readonly RecipeControl[], here: readonly ModelEntry[]): Omit<Unit, 'key'>[] {
  const nets = here.filter(isControlNet);
  const own = units.filter((unit) => !isReference(unit));
  return own.map((unit) => {
    const net = netFor(unit, nets);
    const preprocessor = makerNamed(unit.module) ?? 'none';
    const start = within(unit.start, moments);
    const { mode = initialUnit.mode, resize = initialUnit.resize, resolution } = unit;
    const { pixelPerfect = resolution === undefined } = unit;
    return {
      ...initialUnit,
      ...{ picture: null, model: net?.id ?? '', mode, resize, pixelPerfect, start },
      ...withPreprocessor(preprocessor),
      ...numbersOf(unit, preprocessor),
      resolution: within(resolution ?? initialUnit.resolution, resolutions),
      weight: within(unit.weight, weights),
      end: Math.max(start, within(unit.end, moments)),
      hintKind: net ? kindOf(unit, net, preprocessor) : '',
    };
  });
}

/** By its hash, or else by its name. */
function netFor({ model, hash }: RecipeControl, nets: readonly ControlNet[]): ControlNet | undefined {
  const same = nets.find(({ hashes }) => hash && hashes?.brief === hash.toLowerCase());
  return same ?? nets.find(({ file }) => stemOf(file).toLowerCase() === stemOf(model).toLowerCase());
}

/** Those that the preprocessor takes, where they are in its range: A1111 writes -1 for none. */
function numbersOf(unit: RecipeControl, preprocessor: PreprocessorName): Partial<Pick<Unit, 'a' | 'b'>> {
  const usable = preprocessors[preprocessor].numbers.flatMap(({ name, min, max }) => {
    const value = unit[name];
    return value !== undefined && value >= min && value <= max ? [[name, value] as const] : [];
  });
  return Object.fromEntries(usable);
}

const kindOf = ({ hintKind }: RecipeControl, { addon }: ControlNet, preprocessor: PreprocessorName): string =>
  addon.kinds?.find((kind) => kind === hintKind) ?? likelyKind(addon, preprocessor);
