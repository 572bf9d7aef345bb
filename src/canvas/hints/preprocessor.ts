/** What is known of every way to a hint, whoever makes it. */

/** A number that one takes, as a slider shows it. */
export interface HintNumber {
  /** A1111's "Threshold A" and "Threshold B". */
  readonly name: 'a' | 'b';
  /** What it is a number of. */
  readonly of: 'gamma' | 'low' | 'high' | 'threshold' | 'softness' | 'smaller' | 'sigma' | 'seed';
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly initial: number;
}

export interface Preprocessor {
  /** What A1111's page writes into infotext ("Module: canny"), where that is not its name. */
  readonly module?: string;
  /** What infotext may call it beside that. */
  readonly also?: string;
  readonly numbers: readonly HintNumber[];
  /** Whether it is made at a resolution of its own (A1111's "Processor Res"), and not at the picture's size. */
  readonly scaled: boolean;
  /** Whether it needs to know what is masked. */
  readonly masked?: true;
  /** Words in the names of nets that take such hints, in small letters. */
  readonly nets: readonly string[];
}
