/** The range of a number, and how far one press of an arrow key moves it. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The nearest allowed value. */
export const within = (value: number, { min, max }: Range): number => Math.min(Math.max(value, min), max);
