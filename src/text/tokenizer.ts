import { DrobeError } from '../errors';
import type { Tokenizer } from './windows';

const FOLDER = 'tokenizer';

/**
 * Loads CLIP's tokenizer from the folder `tokenizer/` beside the app: nothing comes from a model hub.
 * `baseUrl` is where the app's own files are, with a slash at the end.
 */
export async function loadTokenizer(baseUrl: string): Promise<Tokenizer> {
  const { AutoTokenizer, env } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false; // our service worker keeps these files
  // The library takes only paths from the root for local files; under a sub-path that root is our folder.
  env.localModelPath = '/';
  let failure: DrobeError | undefined;
  env.fetch = async (path: string | URL) => {
    const url = new URL(`.${path.toString()}`, baseUrl).href;
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return response;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      failure ??= new DrobeError('network', { url, reason }, { cause });
      throw failure;
    }
  };
  try {
    const clip = await AutoTokenizer.from_pretrained(FOLDER);
    return remembering((text) => clip.encode(asReference(text), { add_special_tokens: false }));
  } catch (cause) {
    // The library swallows what fetch throws and stumbles over the missing file later.
    throw failure ?? cause;
  }
}

/** The number of texts that are remembered. */
const LAST = 32;

/**
 * Remembers the ids of the last texts. A prompt is read while it is typed, and several times for each picture; if somebody
 * pasted a book without a blank, each reading takes a second, during which the worker hears nothing, not even a stop.
 */
export function remembering(tokenize: Tokenizer): Tokenizer {
  const known = new Map<string, number[]>();
  return (text) => {
    const ids = known.get(text) ?? tokenize(text);
    known.delete(text);
    known.set(text, ids);
    const [oldest] = known.keys();
    if (known.size > LAST && oldest !== undefined) known.delete(oldest);
    return [...ids];
  };
}

/**
 * The text as this library must be given it to find the ids that the reference (tokenizers, in Rust) finds. Sigma: the
 * reference lowers letters one by one, JavaScript turns one at a word's end into ς. The space: without it, a whole text
 * that is a special token but for its capitals is taken for that token.
 */
function asReference(text: string): string {
  return ` ${text.replaceAll('Σ', 'σ')}`;
}
