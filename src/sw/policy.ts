/**
 * What a browser lets the app do, and nothing else: https://www.w3.org/TR/CSP3/. The page carries its policy itself, so
 * that it holds on any host; workers that are started through a blob inherit it.
 */

/** What a policy says: a directive, and its values. */
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
  // Svelte's own, and those of engine/scripts.ts; the default one is for ONNX Runtime's threads.
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

/** For the page's own <meta>, where no directive is known that only a header can have. */
export const pagePolicy = text(page);

/** The same as a header, for the page and all that is started by an address of its own. */
export const headerPolicy = text({ ...page, 'frame-ancestors': "'none'" });

/**
 * For the worker that downloads. Not one server alone: Hugging Face, GitHub and Civitai lead on to servers whose names
 * nobody knows before, and a policy is asked about each step.
 */
export const courierPolicy = text({ ...everywhere, 'connect-src': 'http: https:' });
