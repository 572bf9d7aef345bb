/**
 * Restricts the built page to its content security policy, by a <meta> and, where the server is ours, by headers; and gives its
 * scripts and style sheet their hashes, so that a browser refuses altered ones. The development server does neither.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { headersFor } from '../sw/headers.ts';
import { pagePolicy } from '../sw/policy.ts';
import { integrityOf } from './integrity-plugin.ts';

/** The plugin: see above. */
export function guard(): Plugin {
  return {
    name: 'drobe:guard',
    apply: (_, { command, isPreview }) => command === 'build' || isPreview === true,
    configurePreviewServer({ middlewares }) {
      middlewares.use(({ url = '' }, response, next) => {
        const path = url.replace(/[?#].*$/s, '');
        for (const [name, value] of Object.entries(headersFor(path))) response.setHeader(name, value);
        next();
      });
    },
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
        injectTo: 'head-prepend', // it applies to what comes after it
      },
    ],
    writeBundle: {
      sequential: true,
      // Only what is written is final.
      async handler({ dir = 'dist' }) {
        const page = join(dir, 'index.html');
        await writeFile(page, await sealed(await readFile(page, 'utf8'), dir));
      },
    },
  };
}

const TAG = /<(?:script|link)\b[^>]*?\b(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g;

async function sealed(html: string, dir: string): Promise<string> {
  let text = html;
  for (const [tag, file] of html.matchAll(TAG)) {
    text = text.replace(tag, `${tag} integrity="${integrityOf(await readFile(join(dir, file!)))}"`);
  }
  return text;
}
