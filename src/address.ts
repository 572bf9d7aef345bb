/**
 * Addresses, and the parts of them that nobody else should see. Any parameter, or a name before "@", may be somebody's key:
 * neither is ever shown, or kept longer than it is used.
 */

/** Whether something in an address may be a key: a parameter, or a user's name. */
export const hasSecrets = (address: string): boolean => /^[^?#]*\?[^#]|\/\/[^/?#]*@/.test(address);

/** The keys of Hugging Face, wherever they stand. */
const HUB_KEY = /\bhf_[A-Za-z\d]{8,}/g;
const USER = /\/\/[^\s/?#]*@/g;
/** A word, which may begin with or contain an address. */
const WORD = /[^\s"'<>]+/g;
/** A parameter pasted without the rest of its address. */
const PARAMETER =
  /(?<![\w.-])(?=[\w.-]*(?:token|key|secret|passw|signature|sig|auth|x-amz))([\w.-]+)=[^\s&"'<>]+/gi;

/** The text, with what may be secret cut from the addresses in it: "https://a.example/b.safetensors?…". */
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
