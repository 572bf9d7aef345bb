/**
 * The content security policy, which limits what the app can do: https://www.w3.org/TR/CSP3/. The page carries it itself, so that
 * it holds on any host; workers that are started from a blob inherit it.
 */

/** A policy's directives, with their values. */
type Rules = Readonly<Record<string, string>>;

const text = (rules: Rules): string =>
  Object.entries(rules)
    .map((rule) => rule.join(' ').trim())
    .join('; ');

const everywhere = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'base-uri': "'none'",
  'form-action': "'none'",
  // Policies of Trusted Types: Svelte's, and those of engine/scripts.ts; the default one is for ONNX Runtime's threads.
  'trusted-types': 'svelte-trusted-html drobe-own drobe-confined default',
  'require-trusted-types-for': "'script'",
} as const;

const page = {
  ...everywhere,
  'worker-src': "'self' blob:",
  'connect-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob:",
  'manifest-src': "'self'",
} as const;

/** For the page's own <meta>, without the directives that only a header can have. */
export const pagePolicy = text(page);

/** The same as a header, for the page and for workers that have an address. */
export const headerPolicy = text({ ...page, 'frame-ancestors': "'none'" });

/**
 * For the worker that downloads. It allows every server: Hugging Face, GitHub and Civitai redirect to servers whose names are not
 * known in advance, and a policy applies to each redirect.
 */
export const downloaderPolicy = text({ ...everywhere, 'connect-src': 'http: https:' });
