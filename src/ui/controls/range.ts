/** What a number may be, and how far one press of an arrow moves it. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The nearest that is allowed. */
export const within = (value: number, { min, max }: Range): number => Math.min(Math.max(value, min), max);
