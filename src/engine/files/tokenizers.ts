import { isT5Tokenizer, isTokenizerFile, LONGEST_TOKENIZER, tokenizerHeader } from '../../nets/t5-tokenizer';
import type { Header, Slices } from '../../weights/safetensors';

interface Tokenizer<F> {
  readonly file: F;
  readonly path: string;
  readonly slices: Slices;
  readonly header: Header;
}

/**
 * T5 tokenizers among files, found by name and content. Each is treated as a file of one tensor, and so like any part of a
 * model.
 */
export async function tokenizersAmong<F extends { readonly path: string }>(
  files: readonly F[],
  slicesOf: (file: F) => Slices | Promise<Slices>,
): Promise<Tokenizer<F>[]> {
  const named = files.filter(({ path }) => isTokenizerFile(path));
  const found = await Promise.all(
    named.map(async (file) => {
      const slices = await slicesOf(file);
      const { size } = slices;
      const isT5s = size <= LONGEST_TOKENIZER && isT5Tokenizer(await textOf(slices));
      return isT5s ? [{ file, path: file.path, slices, header: tokenizerHeader(size) }] : [];
    }),
  );
  return found.flat();
}

const textOf = async (slices: Slices): Promise<string> =>
  new TextDecoder().decode(await slices.slice(0, slices.size).arrayBuffer());
