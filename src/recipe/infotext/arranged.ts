/**
 * Texts about a picture as people copy them: with line breaks in other places or none at all, with an extension's lines after the
 * settings, or with a label before the prompt. A1111 looks for settings in the last line alone, and takes the whole text for a
 * prompt where they are not there.
 */

/** The beginning of the settings; no other line begins like this. */
const SETTINGS = /^[ \t]*Steps:[ \t]*\d/i;
/** What an extension for wildcards writes after the settings: the prompt before its wildcards were replaced. */
const TEMPLATE = /^[ \t]*((?:Negative )?Template):[ \t]*/i;

/** The text with its settings in the last line, and without labels; left alone where it has no settings. */
export function arranged(text: string): string {
  const plain = text.replace(/^\ufeff/, '');
  const own = plain.trimEnd().split('\n');
  // Settings in their place are not touched: a value may contain what looks like a line of its own.
  if (SETTINGS.test(own.at(-1) ?? '')) return labelled(own);
  const unified = plain.replace(/\r\n?|[\u2028\u2029]/g, '\n');
  const lines = (isOneLine(unified) ? broken(unified) : unified).trimEnd().split('\n');
  const first = lines.findLastIndex((line) => SETTINGS.test(line));
  return first < 0 ? plain : labelled([...lines.slice(0, first), joined(lines.slice(first))]);
}

const isOneLine = (text: string): boolean => !text.trim().includes('\n') && / Steps:\s*\d+,/.test(text);

/** Splits a text whose line breaks became spaces. */
function broken(line: string): string {
  const at = line.lastIndexOf(' Steps:');
  const prompts = line.slice(0, at).replace(/ Negative prompt:/i, '\nNegative prompt:');
  return `${prompts}\n${line.slice(at + 1)}`;
}

/** Joins several lines of settings into one, with templates after them as values of their own. */
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

/** The prompts without labels that A1111 would take for a part of them; "parameters" is A1111's own heading for the text. */
function labelled([first = '', ...more]: readonly string[]): string {
  const prompt = first.replace(/^\s*(?:parameters\s*$|(?:positive )?prompt:\s*)/i, '');
  return [prompt, ...more.map((line) => line.replace(/^\s*negative prompt:/i, 'Negative prompt:'))].join(
    '\n',
  );
}
