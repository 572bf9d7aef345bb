/** Prompts as nodes: A1111's emphasis, BREAK and embeddings in ComfyUI's syntax. */
import { lastOf } from '../../checked';
import { attention, BREAK, type Piece } from '../../text/attention';
import type { Output, Sheet } from './sheet';
import type { RecipeSettings } from '../recipe';

/**
 * A prompt's conditioning. After A1111's BREAK another one begins, which is concatenated; to ComfyUI itself BREAK is plain text.
 */
export function words(
  sheet: Sheet,
  clip: Output,
  prompt: string,
  { emphasis = 'A1111' }: RecipeSettings,
  embeddings: readonly string[],
): Output {
  const parts = emphasis === 'ComfyUI' || emphasis === 'off' ? [prompt] : a1111Parts(prompt);
  const [first = '', ...rest] = parts;
  const encode = (text: string): Output => {
    const plain = emphasis === 'off' ? escaped(text) : text;
    const [out] = sheet.add('CLIPTextEncode', 2, { clip }, { text: withEmbeddings(plain, embeddings) });
    return out;
  };
  let all = encode(first);
  for (const part of rest) {
    [all] = sheet.add('ConditioningConcat', 2, { conditioning_to: all, conditioning_from: encode(part) });
  }
  return all;
}

/** A1111's weights in ComfyUI's syntax, where each weight is written out as a number; split at BREAK. */
function a1111Parts(prompt: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const { text, weight } of attention(prompt)) {
    if (text === BREAK && weight === -1) {
      parts.push(part);
      part = '';
    } else part += weighed({ text, weight });
  }
  return [...parts, part];
}

const escaped = (text: string): string => text.replace(/\\?[()]/g, (sign) => `\\${lastOf(sign)}`);

function weighed({ text, weight }: Piece): string {
  const plain = escaped(text);
  return weight === 1 ? plain : `(${plain}:${Number(weight.toFixed(6))})`;
}

const withEmbeddings = (text: string, names: readonly string[]): string =>
  names
    .filter((name) => name !== '')
    .reduce(
      (all, name) =>
        all.replace(new RegExp(`(?<![\\w:])${literally(name)}(?!\\w)`, 'g'), () => `embedding:${name}`),
      text,
    );

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
