/** What there is to download at an address. */

/** Whether a file is one of weights by its name. Some call .safetensors .sft. */
export const isModel = (path: string): boolean => /\.(?:safetensors|sft)$/i.test(path);

/** A file that can be downloaded. */
export interface Listed {
  /** Where it lies in its repository; of any other file its name, unless its server has one for it. */
  readonly path: string;
  readonly url: string;
  /** As the hub states it, in hexadecimal; null where nobody does. */
  readonly sha256: string | null;
}

export interface Listing {
  readonly files: readonly Listed[];
  /** The repository's name, for files whose own says nothing. */
  readonly repository: string | null;
  /** As the hub spells it: "creativeml-openrail-m". */
  readonly licence: string | null;
}
