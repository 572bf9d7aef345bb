import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const QUERY = '?integrity';

/** A file's hash for Subresource Integrity: https://www.w3.org/TR/SRI/. */
export const integrityOf = (bytes: Buffer): string =>
  `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

/** `import sum from 'some/file.wasm?integrity'` gives the SHA-384 of the file as it was built: "sha384-…". */
export function integrity(): Plugin {
  return {
    name: 'drobe:integrity',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(QUERY)) return null;
      const file = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true });
      return file && file.id + QUERY;
    },
    async load(id) {
      if (!id.endsWith(QUERY)) return null;
      return `export default ${JSON.stringify(integrityOf(await readFile(id.slice(0, -QUERY.length))))}`;
    },
  };
}
