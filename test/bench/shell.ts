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

/** @param dist the built app; its models do not count, nor the screenshots that only systems fetch. */
export function shellBytes(dist: string): Share[] {
  const paths = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !/^(?:models|screenshots)[\\/]/.test(path) && statSync(join(dist, path)).isFile(),
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
    share('of which what the page begins with', beginning(dist, paths)),
  ];
}

/** The page, and the scripts and styles that it names: all that is fetched before it is there. */
function beginning(dist: string, paths: readonly string[]): string[] {
  if (!paths.includes('index.html')) return [];
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, path]) => path!,
  );
  return ['index.html', ...named.map((path) => join(path))];
}
