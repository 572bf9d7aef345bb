/** Miniatures with fewer blocks, as distilled models have them: for tests in which it does not matter what a net draws. */
import type { Header } from '../src/weights/safetensors';

/** The header of a model as if its file had these tensors alone. @param nameOf what each is called; null: it is left out. */
function renamed(header: Header, nameOf: (name: string) => string | null): Header {
  const tensors = [...header.tensors].flatMap(([name, info]) => {
    const own = nameOf(name);
    return own === null ? [] : [[own, { ...info, name: own }] as const];
  });
  return { ...header, tensors: new Map(tensors) };
}

/** With so many blocks at each level of its VAE, which has two more in the middle: further ones do the same once more. */
export const withThinVae = (header: Header, blocks: number): Header =>
  renamed(header, (name) => {
    const block = /\.(?:up|down)\.\d\.block\.(\d)\./.exec(name)?.[1];
    return Number(block ?? -1) < blocks ? name : null;
  });

/**
 * Of a UNet or a ControlNet of golden/data/models/sd1: one block at each of two levels on the way down, and two on the way up.
 * All of these have 64 channels. The middle, which has 96, is left out, and so are the outer level's transformers.
 */
const TAKEN: ReadonlyMap<string, readonly number[]> = new Map([
  ['input_blocks', [0, 1, 3, 4]],
  ['zero_convs', [0, 1, 3, 4]],
  ['output_blocks', [4, 5, 10, 11]],
]);
const LEFT = /\.middle_block(?:_out)?\.|\.(?:input_blocks\.1|output_blocks\.1[01])\.1\./;
const NUMBERED = /^(.*\.)(input_blocks|output_blocks|zero_convs)\.(\d+)(\..*)$/;

export const withFewBlocks = (header: Header): Header => renamed(header, nameAmongFew);

function nameAmongFew(name: string): string | null {
  // A ControlNet has something to say to the middle, too: by one more convolution of 64 channels.
  if (name.includes('.zero_convs.5.')) return name.replace('zero_convs.5', 'middle_block_out');
  if (LEFT.test(name)) return null;
  const [, before = '', way = '', block, after = ''] = NUMBERED.exec(name) ?? [];
  const taken = TAKEN.get(way);
  if (!taken) return name;
  const index = taken.indexOf(Number(block));
  return index < 0 ? null : `${before}${way}.${index}${after}`;
}
