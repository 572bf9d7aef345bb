/** What a number may be, and how far one press of an arrow moves it. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}
