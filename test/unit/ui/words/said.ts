/** What the source of the page says by itself, without asking `words`. */
import { parse } from 'svelte/compiler';

/** A piece of text in a source, and its line. */
export interface Said {
  readonly line: number;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Attributes and properties that are seen or heard. In others only sentences are looked for. */
const told: ReadonlySet<string> = new Set([
  ...['title', 'alt', 'placeholder', 'label', 'hint', 'words', 'text', 'unset', 'removal', 'caption'],
  ...['aria-label', 'aria-valuetext', 'aria-description', 'aria-roledescription'],
]);

/** Two words of letters. One alone may be the name of a key, an event or a kind. */
const isSentence = (text: string): boolean => /\p{L}[\p{Ll}’']*[,.:…]? \p{L}/u.test(text);

const hasLetters = (text: string): boolean => /\p{L}/u.test(text);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';

const childrenOf = (node: Node): Node[] =>
  Object.entries(node)
    .filter(([key]) => key !== 'metadata' && key !== 'loc')
    .flatMap(([, value]) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter(isNode);

/** The texts that an expression may come to: not what it compares, calls or looks up. */
function texts(node: unknown): Node[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'ConditionalExpression':
      return [...texts(node['consequent']), ...texts(node['alternate'])];
    case 'LogicalExpression':
      return [...texts(node['left']), ...texts(node['right'])];
    case 'BinaryExpression':
      return node['operator'] === '+' ? [...texts(node['left']), ...texts(node['right'])] : [];
    case 'TemplateLiteral':
      return [...(node['quasis'] as Node[]), ...(node['expressions'] as Node[]).flatMap(texts)];
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return texts(node['expression']);
    case 'ExpressionTag':
      return texts(node['expression']);
    case 'Literal':
    case 'Text':
      return [node];
    default:
      return [];
  }
}

function textOf(node: Node): string {
  if (node.type === 'Text') return String(node['data']);
  if (node.type === 'TemplateElement') return (node['value'] as { readonly raw: string }).raw;
  return typeof node['value'] === 'string' ? node['value'] : '';
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

/** What is seen: text between tags, and what said attributes may come to. */
function* inMarkup(node: Node): Generator<Node> {
  if (node.type === 'Text' || node.type === 'ExpressionTag') {
    yield* texts(node).filter((text) => hasLetters(textOf(text)));
    if (node.type === 'ExpressionTag') yield* sentencesIn(node);
    return;
  }
  if (node.type === 'Attribute') {
    const name = String(node['name']);
    const values = listed(node['value']).filter(isNode);
    const isTold = told.has(name);
    for (const text of values.flatMap(texts))
      if (isTold ? hasLetters(textOf(text)) : name !== 'class' && isSentence(textOf(text))) yield text;
    return;
  }
  if (node.type === 'StyleDirective' || node.type === 'Comment') return;
  for (const child of childrenOf(node)) yield* inMarkup(child);
}

/** Sentences wherever they stand in a program, and labels of any kind. */
function* sentencesIn(node: Node): Generator<Node> {
  if (/^Import|^Export.*Declaration$/.test(node.type) && isNode(node['source'])) return;
  if (/^TS(?!As|Satisfies|NonNull)/.test(node.type)) return;
  if (node.type === 'Property') {
    const { key, value } = node as Node & { key: { name?: string; value?: unknown }; value: unknown };
    const name = key.name ?? String(key.value);
    // Errors say what is wrong by a code; a reason is for whoever looks for the fault.
    if (name === 'reason') return;
    if (told.has(name)) {
      yield* texts(value).filter((text) => hasLetters(textOf(text)));
      return;
    }
  }
  // That of an Error is for whoever looks for the fault.
  if (node.type === 'NewExpression' && (node['callee'] as { name?: string }).name === 'Error') return;
  if ((node.type === 'Literal' || node.type === 'TemplateElement') && isSentence(textOf(node))) yield node;
  for (const child of childrenOf(node)) yield* sentencesIn(child);
}

const placed = (source: string, nodes: Iterable<Node>): Said[] =>
  Array.from(new Set(nodes), (node) => ({
    line: source.slice(0, node.start).split('\n').length,
    text: textOf(node).trim().replace(/\s+/g, ' '),
  }));

/** @param source of a component. */
export function saidInComponent(source: string): Said[] {
  const { fragment, instance, module } = parse(source, { modern: true });
  const scripts = [instance, module].flatMap((script) => script?.content ?? []);
  return placed(source, [
    ...inMarkup(fragment as unknown as Node),
    ...scripts.flatMap((script) => [...sentencesIn(script as unknown as Node)]),
  ]);
}

/** @param source of a program in TypeScript, which Svelte's parser reads as the script of a component. */
export function saidInProgram(source: string): Said[] {
  const { instance } = parse(`<script lang="ts">${source}\n</script>`, { modern: true });
  return placed(source, instance ? sentencesIn(instance.content as unknown as Node) : []);
}
