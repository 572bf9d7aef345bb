/**
 * YAML, as far as configurations of models use it: blocks by indentation and `{flow: mappings}`, plain and quoted values,
 * comments, anchors with their aliases and merges, and OmegaConf's `${references}`. Lists are passed over.
 */

/** Scalars by their paths, and what stands for something elsewhere. */
interface Read {
  readonly found: Map<string, string>;
  /** Where an anchor is: its path by its name. */
  readonly anchors: Map<string, string>;
  readonly aliases: { readonly path: string; readonly anchor: string }[];
}

/** Every "key: value" of a document by its path: `model.params.linear_start`. */
export function scalarsOf(yaml: string): ReadonlyMap<string, string> {
  const read: Read = { found: new Map(), anchors: new Map(), aliases: [] };
  const lines = yaml.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const above: { readonly indent: number; readonly key: string }[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!; // within its length
    if (above.length === 0 && /^\s*\{/.test(line)) {
      readFlow(lines.slice(i).join('\n'), '', read);
      break;
    }
    const [, spaces = '', name, rest = ''] =
      /^(\s*)(?:"|')?([\w.-]+|<<)(?:"|')?\s*:(?:\s+(.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    while ((above.at(-1)?.indent ?? -1) >= spaces.length) above.pop();
    above.push({ indent: spaces.length, key: name });
    const path = above.map(({ key }) => key).join('.');
    const value = rest.trim();
    if (/^(?:[!&]\S*\s+)*\{/.test(value)) {
      const [text, next] = flowFrom(lines, i, value);
      readFlow(text, path, read);
      i = next;
    } else put(read, path, value);
  }
  resolve(read);
  return read.found;
}

/** A flow mapping that begins in a line, up to the line in which its brackets are closed. */
function flowFrom(
  lines: readonly string[],
  at: number,
  first: string,
): readonly [text: string, last: number] {
  let text = first;
  let last = at;
  while (depthOf(text) > 0 && last + 1 < lines.length) text += `\n${lines[++last]!}`; // within its length
  return [text, last];
}

/** Quoted texts, comments, brackets and commas, colons behind keys, and plain texts. */
const TOKEN =
  /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<!\S)#.*|[{}[\],]|(?<=["']):|:(?![^\s{}[\],"'])|(?:[^\s{}[\],:"'#]|:(?=[^\s{}[\],]))(?:[^\n{}[\],:#]|:(?=[^\s{}[\],])|(?<=\S)#)*/g;

function tokensOf(text: string): string[] {
  const all = [...text.matchAll(TOKEN)].map(([token]) => token.trim());
  return all.filter((token) => !token.startsWith('#'));
}

function depthOf(text: string): number {
  const tokens = tokensOf(text);
  const count = (bracket: string): number => tokens.filter((token) => token === bracket).length;
  return count('{') - count('}');
}

function readFlow(text: string, path: string, read: Read): void {
  const keys: string[] = [];
  const at = (): string => [path, ...keys].filter((key) => key !== '').join('.');
  const tokens = tokensOf(text);
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    // A bracket has no key of its own, so that `]` and `}` take away the key before theirs.
    if (token === '{' || token === '[') keys.push(token === '[' ? '[]' : '');
    else if (token === '}' || token === ']') keys.splice(keys.findLastIndex(isLevel));
    else if (token === ',') keys.splice(keys.findLastIndex(isLevel) + 1);
    else if (token === ':') continue;
    else if (next === ':') keys.push(plainValue(token));
    else put(read, at(), token);
  }
}

const isLevel = (key: string): boolean => key === '' || key === '[]';

/** What a value says: a scalar, or something that stands elsewhere. */
function put({ found, anchors, aliases }: Read, path: string, value: string): void {
  const [, anchor] = /^(?:!\S*\s+)?&(\S+)/.exec(value) ?? [];
  if (anchor !== undefined) anchors.set(anchor, path);
  const plain = plainValue(value);
  const [, alias] = /^\*(\S+)$/.exec(plain) ?? [];
  if (alias !== undefined) aliases.push({ path: path.replace(/(?:^|\.)<<$/, ''), anchor: alias });
  else if (plain !== '' && !found.has(path)) found.set(path, plain);
}

function resolve({ found, anchors, aliases }: Read): void {
  for (const { path, anchor } of aliases) {
    const from = anchors.get(anchor);
    if (from === undefined) continue;
    for (const [key, value] of [...found]) {
      const to = `${path}${key.slice(from.length)}`;
      if ((key === from || key.startsWith(`${from}.`)) && !found.has(to)) found.set(to, value);
    }
  }
  for (const [key, value] of found) {
    const [, reference = ''] = /^\$\{([\w.]+)\}$/.exec(value) ?? [];
    const meant = found.get(reference);
    if (meant !== undefined) found.set(key, meant);
  }
}

/** Without a tag or an anchor before it, quotes around it, and a comment behind it. */
function plainValue(line: string): string {
  const text = line.trim().replace(/^(?:[!&]\S*(?:\s+|$))+/, '');
  const [, , quoted] = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(text) ?? [];
  return quoted ?? text.replace(/(?:^|\s)#.*$/, '').trim();
}
