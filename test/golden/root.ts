/**
 * Where golden numbers lie: in `data` beside this file, or in the folder that DROBE_GOLDEN names, of the same layout.
 * Cases are found by listing it: another folder may hold others, and lack some.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Golden } from './net-cases';
import { parseTensors, type Tensor } from './tensors';

const elsewhere = process.env.DROBE_GOLDEN;

/** Ends in a slash, so that `new URL('rng/', goldenRoot)` is a folder in it. */
export const goldenRoot = elsewhere
  ? pathToFileURL(`${resolve(elsewhere)}/`)
  : new URL('data/', import.meta.url);
if (!existsSync(goldenRoot)) throw new Error(`DROBE_GOLDEN: there is no folder ${goldenRoot.pathname}`);

/** Large files are packed; ours end in .gzip, as servers send .gz so that a browser unpacks it unasked. */
const packings = ['.gz', '.gzip'];

/** The file at this path, or a packed one beside it; undefined if neither is there. */
function find(path: string): { readonly url: URL; readonly packed: boolean } | undefined {
  const at = (ending: string): URL => new URL(encodeURI(path + ending), goldenRoot);
  if (existsSync(at(''))) return { url: at(''), packed: false };
  const packing = packings.find((ending) => existsSync(at(ending)));
  return packing === undefined ? undefined : { url: at(packing), packed: true };
}

/** Whether this file (packed or not) or folder is there. */
export const hasGolden = (path: string): boolean => find(path) !== undefined;

/** What was unpacked: the same few models are read by many tests. */
const unpacked = new Map<string, Uint8Array<ArrayBuffer>>();

/**
 * A file's bytes, unpacked, which nobody writes to: others read the same. `path`, here and below: from the root, without the
 * ending that packing adds.
 */
export function goldenBytes(path: string): Uint8Array<ArrayBuffer> {
  const known = unpacked.get(path);
  if (known) return known;
  const found = find(path);
  if (!found) throw new Error(`${path} is not in ${goldenRoot.pathname}`);
  const bytes = readFileSync(found.url);
  if (!found.packed) return new Uint8Array(bytes);
  const whole = new Uint8Array(gunzipSync(bytes));
  unpacked.set(path, whole);
  return whole;
}

/** A JSON file, of the shape that its reader expects. */
export const goldenJson = (path: string): unknown => JSON.parse(new TextDecoder().decode(goldenBytes(path)));

/** The same with whole numbers that a double may not hold, seeds for the most part, as strings of their digits. */
export const exactJson = (path: string): unknown =>
  JSON.parse(
    new TextDecoder().decode(goldenBytes(path)).replace(/(?<=[:[,]\s*)\d{16,}(?=\s*[,\]}])/g, '"$&"'),
  );

/** Looks up the tensors of a safetensors file; one that is missing fails the test. */
export function goldenTensors(path: string): (name: string) => Tensor {
  const tensors = parseTensors(goldenBytes(path).buffer);
  return (name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`${path} has no tensor ${name}`);
    return tensor;
  };
}

/** Names of the files and folders at a path, sorted; none where there is no such folder. */
export function listGolden(path: string): string[] {
  const folder = new URL(`${path}/`, goldenRoot);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/**
 * Names of the cases at a path: folders with a case.json, sorted. Where there is none (of those that `wanted` takes), a
 * skipped test says so.
 */
export function listCases(path: string, wanted = (_name: string): boolean => true): string[] {
  const cases = listGolden(path).filter((name) => hasGolden(`${path}/${name}/case.json`) && wanted(name));
  if (cases.length === 0) skipped(`cases of ${path}`);
  return cases;
}

/** Models that have cases of such names, sorted; where there is none, a skipped test says so. */
export function modelsWith(cases: RegExp): string[] {
  const models = listGolden('models').filter((model) =>
    listGolden(`models/${model}/cases`).some((name) => cases.test(name)),
  );
  if (models.length === 0) skipped(`models with cases ${cases}`);
  return models;
}

/** Whether all of these are there; a skipped test names what is not. */
export function present(...paths: string[]): boolean {
  const missing = paths.filter((path) => !hasGolden(path));
  for (const path of missing) skipped(path);
  return missing.length === 0;
}

/**
 * Counts something that DROBE_GOLDEN's folder lacks as a skipped test; in our own folder nothing may be lacking, and the
 * test fails. Call it where tests are declared.
 */
export function skipped(what: string): void {
  if (elsewhere) console.info(`skipped: no ${what} in ${elsewhere}`);
  it.skipIf(elsewhere)(`${what}: there to compare with`, () => {
    expect.fail(`${what}: not in ${goldenRoot.pathname}`);
  });
}

/** For what is compared in a browser, too. */
export const golden: Golden = {
  read: async (path) => goldenBytes(path),
  casesOf: (model) => listCases(`models/${model}/cases`),
};
