/**
 * Texts about a picture as they come along: copied from a page that breaks lines elsewhere or not at all, with lines of an
 * extension behind the settings, or with a label before the prompt. A1111 wants the settings in the last line, and takes
 * everything for a prompt where they are not.
 */

/** Where the settings begin; they are the only thing that begins so. */
const SETTINGS = /^[ \t]*Steps:[ \t]*\d/i;
/** What an extension for wildcards writes behind them: a prompt as it was before its words were drawn. */
const TEMPLATE = /^[ \t]*((?:Negative )?Template):[ \t]*/i;

/** The text with its settings in the last line, or as it is where none are found elsewhere. */
export function arranged(text: string): string {
  const plain = text.replace(/^\ufeff/, '');
  const own = plain.trimEnd().split('\n');
  // Where they are in their place nothing is touched: what stands in their values may look like a line of its own.
  if (SETTINGS.test(own.at(-1) ?? '')) return labelled(own);
  const unified = plain.replace(/\r\n?|[\u2028\u2029]/g, '\n');
  const lines = (isOneLine(unified) ? broken(unified) : unified).trimEnd().split('\n');
  const first = lines.findLastIndex((line) => SETTINGS.test(line));
  return first < 0 ? plain : labelled([...lines.slice(0, first), joined(lines.slice(first))]);
}

const isOneLine = (text: string): boolean => !text.trim().includes('\n') && / Steps:\s*\d+,/.test(text);

/** A text whose line breaks became spaces. */
function broken(line: string): string {
  const at = line.lastIndexOf(' Steps:');
  const prompts = line.slice(0, at).replace(/ Negative prompt:/i, '\nNegative prompt:');
  return `${prompts}\n${line.slice(at + 1)}`;
}

/** Settings in several lines in one, templates behind them as values of their own. */
function joined([settings = '', ...more]: readonly string[]): string {
  const said = [settings];
  const templates: [name: string, words: string][] = [];
  for (const line of more) {
    const [begin, name] = TEMPLATE.exec(line) ?? [];
    const last = templates.at(-1);
    if (begin !== undefined && name !== undefined) templates.push([name, line.slice(begin.length)]);
    else if (last) last[1] += `\n${line}`;
    else said.push(line);
  }
  const pairs = said.map((line) => line.trim().replace(/,$/, '')).filter((line) => line !== '');
  return [...pairs, ...templates.map(([name, words]) => `${name}: ${JSON.stringify(words)}`)].join(', ');
}

/** The prompts without labels that A1111 would take for words of theirs; it shows "parameters" over the text itself. */
function labelled([first = '', ...more]: readonly string[]): string {
  const prompt = first.replace(/^\s*(?:parameters\s*$|(?:positive )?prompt:\s*)/i, '');
  return [prompt, ...more.map((line) => line.replace(/^\s*negative prompt:/i, 'Negative prompt:'))].join(
    '\n',
  );
}
