/** JSON with exact integers: 64-bit seeds, which a double would round. */

import { isObject } from '../objects';
import { parseSeed } from '../sampling/seed';

/** Strings, and integers of 16 digits or more. A string without an end matches to the end, so that none is scanned twice. */
const TEXT_OR_NUMBER = /"(?:\\(?:.|$)|[^"\\]+)*(?:"|$)|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

/** Parses JSON, with integers that a double may round as strings. Null for what is not JSON. */
export function parseExact(json: string): unknown {
  const kept = json.replace(TEXT_OR_NUMBER, (found) => (found.startsWith('"') ? found : `"${found}"`));
  try {
    return JSON.parse(kept);
  } catch {
    return null;
  }
}

/** The JSON of plain values, including bigints; undefined properties are left out. */
export function exactJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${exactJson(one)}`).join(',')}}`;
}

/** The string under this key, or undefined. */
export const textAt = (value: Readonly<Record<string, unknown>>, key: string): string | undefined =>
  typeof value[key] === 'string' ? value[key] : undefined;

/** The number under this key, even if it is in a string; else undefined. */
export function numberAt(value: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const found = value[key];
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The seed under this key; undefined where there is none, or it is −1. */
export function seedAt(value: Readonly<Record<string, unknown>>, key: string): bigint | undefined {
  const found = value[key];
  const seed = typeof found === 'string' || typeof found === 'number' ? parseSeed(String(found)) : undefined;
  return typeof seed === 'bigint' ? seed : undefined;
}
