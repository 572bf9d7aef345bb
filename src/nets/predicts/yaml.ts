/** YAML as configurations of models use it, with OmegaConf's `${references}` (https://omegaconf.readthedocs.io). */
import { parseDocument } from 'yaml';
import { isObject } from '../../objects';

/**
 * Every value of a document that is no list, as it is written, by its path: `model.params.linear_start`. Of a document with
 * mistakes as much as can be made out, perhaps nothing.
 */
export function scalarsOf(yaml: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  collect(read(yaml), '', [], found);
  for (const [path, value] of found) {
    const [, reference = ''] = /^\$\{([\w.]+)\}$/.exec(value) ?? [];
    const meant = found.get(reference);
    if (meant !== undefined) found.set(path, meant);
  }
  return found;
}

function read(yaml: string): unknown {
  // Indented by tabs it is no YAML, but people and editors do it.
  const text = yaml.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length));
  const document = parseDocument(text, {
    schema: 'failsafe', // all scalars are text
    merge: true,
    strict: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  try {
    return document.toJS();
  } catch {
    return undefined; // an alias that stands for nothing, or so many that they would fill the memory
  }
}

/** @param within what the value is part of: by an alias that may be the value itself. */
function collect(value: unknown, path: string, within: readonly unknown[], found: Map<string, string>): void {
  if (typeof value === 'string') found.set(path, value);
  else if (isObject(value) && !within.includes(value))
    for (const [key, inner] of Object.entries(value))
      collect(inner, path ? `${path}.${key}` : key, [...within, value], found);
}
