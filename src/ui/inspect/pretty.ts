/** Shorter texts are read at a glance, longer ones take too long: both stay as they are. */
const LEAST = 60;
const MOST = 200_000;
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON with an indent, and every other text as it is. Its values are not touched: through JSON.parse and back, long
 * numbers would change, and of equal keys one would be lost.
 */
export function pretty(text: string): string {
  if (text.length < LEAST || text.length > MOST || !/^\s*[{[]/.test(text) || !isJson(text)) return text;
  const tokens = text.match(TOKENS) ?? [];
  let depth = 0;
  let out = '';
  const line = () => `\n${'  '.repeat(Math.min(depth, 40))}`; // hostile files nest without end
  for (const [i, token] of tokens.entries()) {
    const isEmpty = (token === '{' || token === '[') && /^[}\]]$/.test(tokens[i + 1] ?? '');
    const closesEmpty = (token === '}' || token === ']') && /^[{[]$/.test(tokens[i - 1] ?? '');
    if (token === ',') out += `,${line()}`;
    else if (token === ':') out += ': ';
    else if (isEmpty || closesEmpty) out += token;
    else if (token === '{' || token === '[') {
      depth++;
      out += token + line();
    } else if (token === '}' || token === ']') {
      depth--;
      out += line() + token;
    } else out += token;
  }
  return out;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
