/** A picture that guides, the net that reads it and how far it is followed: a unit of A1111's extension for ControlNet. */
import { preprocessors, type PreprocessorName } from '../../canvas/hints';
import type { ResizeMode } from '../../canvas/hints/resize';
import type { ControlMode } from '../../engine/api';
import type { Range } from '../controls/range';
import type { Original } from '../files/picture';

/** A picture that guides, with its net and settings, as a person sets them. */
export interface Unit {
  /** Which one it is on this page, whatever its place. */
  readonly key: number;
  /** The id of its net's file; empty while none was chosen. */
  readonly model: string;
  /** Null: the picture that is drawn over guides, too. */
  readonly picture: Original | null;
  readonly preprocessor: PreprocessorName;
  /** The preprocessor's own numbers, by A1111's names: Threshold A and B. */
  readonly a: number;
  readonly b: number;
  /** The shorter side of what the preprocessor is shown, in pixels, unless that is as large as what is drawn. */
  readonly resolution: number;
  readonly pixelPerfect: boolean;
  readonly resize: ResizeMode;
  readonly weight: number;
  /** From and up to which part of the run it guides, 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly mode: ControlMode;
  /** Of a net that knows several kinds of hint, which this one is; else empty. */
  readonly hintKind: string;
}

/** All of a unit that can be set; its picture is chosen, and its key given. */
export type UnitSettings = Omit<Unit, 'key' | 'picture'>;

/** As A1111's extension begins, but for pixel perfect, which is what nearly everybody wants. */
export const initialUnit: UnitSettings = {
  model: '',
  preprocessor: 'none',
  a: 0,
  b: 0,
  resolution: 512,
  pixelPerfect: true,
  resize: 'crop',
  weight: 1,
  start: 0,
  end: 1,
  mode: 'balanced',
  hintKind: '',
};

/** A unit as it was remembered, by this version or an older one. */
export function mended<T extends UnitSettings>(found: T): T {
  const unit = { ...initialUnit, ...found };
  return Object.hasOwn(preprocessors, unit.preprocessor) ? unit : { ...unit, ...withPreprocessor('none') };
}

/** From A1111's extension. */
export const resolutions: Range = { min: 64, max: 2048, step: 8 };

/** Another preprocessor, with the numbers that it begins with. */
export function withPreprocessor(preprocessor: PreprocessorName): Pick<Unit, 'preprocessor' | 'a' | 'b'> {
  const { numbers } = preprocessors[preprocessor];
  const of = (name: 'a' | 'b'): number => numbers.find((number) => number.name === name)?.initial ?? 0;
  return { preprocessor, a: of('a'), b: of('b') };
}

/** What stands in the way of a picture that is guided. */
export type UnitObstacle = 'no-control-model' | 'control-misfit' | 'no-control-picture' | 'no-hint-net';
