/** What the modules of T5's encoder are called: transformers' names, which are the normal form. */
import type { Pair } from './renamer';

/** Its table of tokens is one with that of the decoder, and may stand under the name of either. */
export const T5_PAIRS: Pair[] = [['shared', 'encoder.embed_tokens']];
