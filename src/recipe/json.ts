/** JSON whose whole numbers stay whole: seeds of 64 bits, which a double would round. */

import { parseSeed } from '../sampling/seed';

/** A text goes on to the end where nothing ends it: so none is looked at twice. */
const TEXT_OR_NUMBER = /"(?:\\(?:.|$)|[^"\\]+)*(?:"|$)|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

/** Numbers that a double may not hold come as text. Null for what is no JSON. */
export function parseExact(json: string): unknown {
  const kept = json.replace(TEXT_OR_NUMBER, (found) => (found.startsWith('"') ? found : `"${found}"`));
  try {
    return JSON.parse(kept);
  } catch {
    return null;
  }
}

/** Of plain values, bigints among them; those in objects that are undefined are left out. */
export function exactJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${exactJson(one)}`).join(',')}}`;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The words that stand there, or none. */
export const textAt = (value: Readonly<Record<string, unknown>>, key: string): string | undefined =>
  typeof value[key] === 'string' ? value[key] : undefined;

/** The number that stands there, be it in words, or none. */
export function numberAt(value: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const found = value[key];
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The seed that stands there, or none; −1 is none. */
export function seedAt(value: Readonly<Record<string, unknown>>, key: string): bigint | undefined {
  const found = value[key];
  const seed = typeof found === 'string' || typeof found === 'number' ? parseSeed(String(found)) : undefined;
  return typeof seed === 'bigint' ? seed : undefined;
}
