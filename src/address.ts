/**
 * Addresses, and what of them nobody should see. A server may be told by any parameter, or by a name before "@", who
 * is asking: so nothing of either is shown or outlasts its use.
 */

/** Whether something in an address may be a key: a parameter, or a user's name. */
export const hasSecrets = (address: string): boolean => /^[^?#]*\?[^#]|\/\/[^/?#]*@/.test(address);

/** The keys of Hugging Face, wherever they stand. */
const HUB_KEY = /\bhf_[A-Za-z\d]{8,}/g;
const USER = /\/\/[^\s/?#]*@/g;
/** What an address may be part of, and is when it begins a text. */
const WORD = /[^\s"'<>]+/g;
/** What people paste that is hardly an address any more. */
const PARAMETER =
  /(?<![\w.-])(?=[\w.-]*(?:token|key|secret|passw|signature|sig|auth|x-amz))([\w.-]+)=[^\s&"'<>]+/gi;

/** A text with the addresses in it, but for what may be a secret: "https://a.example/b.safetensors?…". */
export function withoutSecrets(text: string): string {
  return text
    .replace(USER, '//')
    .replace(WORD, (word, at: number) => withoutQuery(word, at === 0 ? 0 : word.indexOf('//')))
    .replace(PARAMETER, '$1=…')
    .replace(HUB_KEY, 'hf_…');
}

/** @param address where it begins in the word; -1 where none does. */
function withoutQuery(word: string, address: number): string {
  const query = address < 0 ? -1 : word.slice(address).search(/[?#]./);
  return query < 0 ? word : `${word.slice(0, address + query)}?…`;
}
