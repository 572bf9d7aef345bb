/** A recipe in the fragment of an address (after #), which browsers do not send. */
import { deflateSync, inflateSync } from 'fflate';
import { DrobeError } from '../errors';
import { fromUtf8, utf8 } from './bytes';
import { withinMost } from './most';
import { jsonOf, recipeFrom } from './plain';
import type { Recipe } from './recipe';

const PREFIX = 'recipe=';
/** Version of what follows the prefix: deflated JSON in URL-safe base64. */
const VERSION = '1.';

/** Longest link that is read, in characters, and longest JSON in it, in bytes. */
const LONGEST_LINK = 2 ** 16;
const LONGEST_JSON = 2 ** 20;

/** The fragment for a recipe, without the #. */
export const fragmentOf = (recipe: Recipe): string =>
  PREFIX + VERSION + letters(deflateSync(utf8(jsonOf(recipe)), { level: 9 }));

/**
 * The recipe in an address's fragment.
 * @param fragment with or without the #.
 * @returns null where there is no recipe in it.
 * @throws DrobeError 'bad-request' for a recipe that is damaged, too long, or written by a later version.
 */
export function recipeInFragment(fragment: string): Recipe | null {
  const said = fragment.replace(/^#/, '');
  if (!said.startsWith(PREFIX)) return null;
  const packed = said.slice(PREFIX.length);
  if (packed.length > LONGEST_LINK) throw damaged('it is too long');
  if (!packed.startsWith(VERSION)) throw damaged('it is of another version');
  const json = unpacked(bytesOf(packed.slice(VERSION.length)));
  const recipe = json === null ? null : withinMost(recipeFrom(parsed(json)));
  if (!recipe) throw damaged('it is not whole');
  return recipe;
}

const damaged = (why: string): DrobeError =>
  new DrobeError('bad-request', { reason: `the recipe in this link cannot be read: ${why}` });

function unpacked(bytes: Uint8Array | null): string | null {
  if (!bytes) return null;
  try {
    const out = inflateSync(bytes, { out: new Uint8Array(LONGEST_JSON) });
    return out.length < LONGEST_JSON ? fromUtf8(out) : null;
  } catch {
    return null;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** URL-safe base64 without padding: RFC 4648, section 5. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function letters(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += ALPHABET[(held >> (bits - 6)) & 63]!; // the alphabet has 64 letters
    held &= 63;
  }
  return bits === 0 ? text : text + ALPHABET[(held << (6 - bits)) & 63]!;
}

/** Null where a character is not in the alphabet. */
function bytesOf(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
  }
  return bytes;
}
