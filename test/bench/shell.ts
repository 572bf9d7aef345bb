/** What the app's own files take, raw and packed as servers pack them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Share {
  readonly what: string;
  readonly files: number;
  readonly bytes: number;
  readonly packed: number;
}

/** @param dist the built app; its models do not count. */
export function shellBytes(dist: string): Share[] {
  const paths = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !/^models[\\/]/.test(path) && statSync(join(dist, path)).isFile(),
  );
  const share = (what: string, of: readonly string[]): Share => {
    const contents = of.map((path) => readFileSync(join(dist, path)));
    const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
    return {
      what,
      files: of.length,
      bytes: sum(contents.map(({ length }) => length)),
      packed: sum(contents.map((content) => gzipSync(content, { level: 9 }).length)),
    };
  };
  const wasm = paths.filter((path) => path.endsWith('.wasm'));
  return [
    share('app shell', paths),
    share('of which WebAssembly', wasm),
    share(
      'of which scripts, styles and pages',
      paths.filter((path) => /\.(js|css|html)$/.test(path)),
    ),
  ];
}
