/** What is known of every preprocessor, whether it is a net or not. */

/** A number that a preprocessor takes, as a slider shows it. */
export interface HintNumber {
  /** A1111's "Threshold A" and "Threshold B". */
  readonly name: 'a' | 'b';
  /** What the number sets. */
  readonly of: 'gamma' | 'low' | 'high' | 'threshold' | 'softness' | 'smaller' | 'sigma' | 'seed';
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly initial: number;
}

/** What makes a hint of a picture, as people choose and recipes call it. */
export interface Preprocessor {
  /** Its name in A1111's infotext ("Module: canny"), where that is another. */
  readonly module?: string;
  /** A further name that it may have in infotext. */
  readonly also?: string;
  readonly numbers: readonly HintNumber[];
  /** Whether the hint is made at a resolution of its own (A1111's "Processor Res"), and not at the picture's size. */
  readonly scaled: boolean;
  /** Whether it needs the mask. */
  readonly masked?: true;
  /** Words in the names of nets that take such hints, in small letters. */
  readonly nets: readonly string[];
}
