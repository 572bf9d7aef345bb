/**
 * Who may import whom under src/: the table, and the rule by which ESLint (components) and oxlint (all else) hold files to it.
 */
import { posix, relative, sep } from 'node:path';
import { root } from '../../src/cli/packages.mjs';

/** What the page tells of. */
const told = [
  ...[
    'engine/api',
    'nets/strangers',
    'recipe/compare',
    'recipe/recipe',
    'settings',
    'files',
    'control',
    'reference',
    'paint',
  ],
  ...['album', 'models', 'run', 'make', 'grid', 'shell', 'canvas', 'sampling', 'text'],
];

/** What no language changes, beside the languages. */
const spoken = ['family', 'format', 'grammar', 'needs', 'rich', 'telling', 'towers'];

/** What any other file may use: small functions about types, which know nothing of what Drobė does. */
const anywhere = ['checked', 'objects'];

/**
 * `may`: folders and files of src/ beside one's own. `types`: the same, as types only. `packages`: from npm. Nothing else may
 * be imported. A later row for a file inside a folder takes the place of the folder's.
 *
 * @type {Record<string, { may?: string[], types?: string[], packages?: string[] }>}
 */
const arrows = {
  'src/address.ts': {},
  'src/errors.ts': { may: ['address'] },
  'src/checked.ts': { may: ['errors'] },
  'src/objects.ts': {},
  'src/requests.ts': {},
  'src/graph': { may: ['errors'] },
  'src/sampling': { may: ['errors'] },
  'src/canvas': { may: ['errors'] },
  'src/canvas/hints': { may: ['crop', 'pixels', 'resample', 'sampling/mersenne'] },
  'src/text': { may: ['errors'], packages: ['@huggingface/transformers'] },
  // Samplers know of no tools; plans do.
  'src/sampling/samplers': { may: ['latent'], types: ['sampler'] },
  'src/sampling/plans': {
    may: [
      ...['errors', 'beta', 'betas', 'continuous', 'flow', 'ladders', 'numbers', 'sigmas', 'timesteps'],
      'trained',
    ],
    types: ['sampler', 'settings'],
  },
  'src/recipe': { may: ['errors', 'sampling', 'text', 'canvas/kind'], packages: ['fflate'] },
  'src/recipe/comfy': {
    may: ['sampling', 'text', 'control', 'json', 'infotext/names', 'recipe', 'infotext/skip-layers'],
  },
  'src/nets': { may: ['errors', 'graph'], types: ['weights'] },
  'src/nets/names': {},
  // Nets that read names and shapes alone: whatever recognises files uses them, and they nothing of it.
  'src/nets/upscalers': { may: ['errors', 'graph', 'names'] },
  'src/nets/hints': { may: ['errors', 'graph', 'names'] },
  'src/nets/detect': {
    may: [
      ...['errors', 'families', 'hints', 'ip-adapter', 'mmdit', 'names', 'predicts', 'strangers', 't5'],
      ...['t5-tokenizer', 'taesd', 'text-encoder', 'upscalers', 'vae', 'vision'],
    ],
    types: ['graph', 'control-graphs', 'model'],
  },
  'src/nets/predicts': { may: ['errors'], types: ['model'] },
  'src/nets/predicts/yaml.ts': { packages: ['yaml'] },
  'src/nets/strangers': { may: ['names'], types: ['graph'] },
  'src/weights': { may: ['errors'] },
  'src/weights/torch': { may: ['errors', 'safetensors', 'sniff'] },
  'src/weights/values': { may: ['errors'], types: ['safetensors', 'store/layout'] },
  'src/weights/store': { may: ['errors', 'db', 'safetensors', 'source'], types: ['download', 'segments'] },
  'src/weights/download': { may: ['address', 'errors', 'db', 'safetensors', 'segments', 'store'] },
  'src/weights/download/downloads.ts': {
    may: ['address', 'errors', 'db', 'safetensors', 'segments', 'store'],
    packages: ['hash-wasm'],
  },
  'src/weights/store/hashes.ts': { may: ['errors', 'db'], types: ['safetensors'], packages: ['hash-wasm'] },
  'src/weights/db.ts': { may: ['errors'], packages: ['idb-keyval'] },
  'src/runtime': { may: ['errors', 'graph', 'weights'], packages: ['onnxruntime-web'] },
  'src/pipeline': {
    may: ['errors', 'graph', 'nets', 'sampling', 'text', 'canvas', 'weights', 'runtime'],
  },
  // What adds to the UNet from files of its own, on the words of the pipeline; passes and checkpoints use it.
  'src/pipeline/guiding': {
    may: [
      ...['errors', 'graph', 'nets', 'canvas', 'weights', 'runtime'],
      ...['batch', 'memory', 'prompt/text-attention', 'missing', 'scales'],
    ],
    types: ['guidance', 'job', 'reuse', 'size'],
  },
  // What files bring to a checkpoint.
  'src/pipeline/files': {
    may: ['errors', 'graph', 'nets', 'weights', 'missing', 'scales'],
    types: ['runtime', 'text'],
  },
  // What lies on the device, for how long, and what is done without.
  'src/pipeline/memory': {
    may: ['errors', 'nets/memory', 'runtime'],
    types: ['graph', 'weights', 'guiding', 'job', 'mmdit', 'picture-nets', 'size', 'unet'],
  },
  'src/pipeline/prompt': {
    may: ['nets', 'sampling', 'text', 'weights', 'runtime', 'batch', 'files', 'go-on', 'guidance'],
    types: ['checkpoint', 'job', 'memory'],
  },
  'src/pipeline/hints': {
    may: ['errors', 'graph', 'nets', 'canvas', 'weights', 'memory'],
    types: ['runtime'],
  },
  'src/pipeline/enlarging': {
    may: ['errors', 'graph', 'nets', 'canvas', 'weights', 'memory'],
    types: ['runtime', 'job', 'size'],
  },
  // A composition of passes.
  'src/pipeline/redraw': {
    may: ['errors', 'sampling', 'canvas', 'enlarging', 'pass', 'pixels', 'resume'],
    types: ['checkpoint', 'job', 'memory', 'size'],
  },
  'src/engine': {
    may: ['address', 'errors', 'requests', 'pipeline', 'nets', 'sampling', 'text', 'weights', 'runtime'],
    types: ['graph'],
    packages: ['idb-keyval'],
  },
  // What files are, and how they come onto this device: by the hand of a person, or from a server.
  'src/engine/files': {
    may: ['errors', 'pipeline', 'nets', 'sampling', 'text', 'weights', 'in-worker', 'rpc'],
    types: ['runtime', 'api'],
  },
  'src/engine/remote': {
    may: ['address', 'errors', 'requests', 'nets', 'weights', 'files', 'rpc', 'throttle'],
    types: ['api'],
  },
  'src/engine/api.ts': { types: ['models', 'pipeline', 'sampling', 'text', 'weights/download'] },
  'src/engine/models.ts': { types: ['errors', 'pipeline', 'weights/store'] },
  'src/engine/rpc.ts': { may: ['errors'] },
  // The page's side of the line.
  'src/engine/client.ts': { may: ['errors'] },
  'src/engine/line.ts': { may: ['errors'] },
  'src/engine/importers.ts': {},
  // The folders of the page, each above those it may use. Components find what they work on in `context`.
  'src/ui': { types: ['make', 'models', 'inspect'], packages: ['svelte'] },
  'src/ui/controls': { may: ['words/language.svelte'], packages: ['svelte'] },
  // In the digits of any script.
  'src/ui/controls/numbers.ts': { may: ['text/python'] },
  // Each language has the same folders; what they have in common lies beside them.
  'src/ui/words': {
    may: ['errors'],
    types: told,
    packages: ['svelte'],
  },
  'src/ui/words/en': {
    may: ['errors', 'recipe/comfy/notes', ...spoken],
    types: told,
  },
  'src/ui/words/lt': {
    may: ['errors', ...spoken],
    types: ['en', 'recipe/comfy/notes', ...told],
  },
  'src/ui/files': {
    may: ['errors', 'canvas', 'recipe/picture/png', 'words'],
    types: ['engine/api'],
    packages: ['svelte'],
  },
  'src/ui/settings': {
    may: ['canvas', 'sampling', 'text', 'recipe', 'context', 'controls', 'words'],
    types: ['engine/api', 'engine/rpc'],
    packages: ['svelte'],
  },
  'src/ui/styles': {
    may: ['text', 'context', 'controls', 'words', 'files', 'settings'],
    packages: ['svelte'],
  },
  'src/ui/control': {
    may: [
      ...['errors', 'canvas', 'recipe', 'engine/rpc', 'engine/scripts'],
      ...['context', 'controls', 'words', 'files', 'settings'],
    ],
    types: ['engine/api'],
    packages: ['svelte'],
  },
  'src/ui/reference': {
    may: ['errors', 'canvas', 'recipe', 'context', 'controls', 'words', 'files', 'settings'],
    types: ['engine/api'],
    packages: ['svelte'],
  },
  'src/ui/paint': {
    may: ['errors', 'canvas', 'context', 'controls', 'words', 'files', 'settings'],
    types: ['engine/api', 'control/unit', 'reference/reference'],
    packages: ['svelte'],
  },
  'src/ui/album': {
    may: [
      ...['errors', 'canvas', 'recipe', 'text', 'context', 'controls', 'words', 'files', 'settings'],
      ...['control', 'reference'],
    ],
    types: ['engine/api', 'paint/inputs'],
    packages: ['svelte'],
  },
  'src/ui/album/import-pictures.ts': {
    may: ['errors', 'recipe', 'weights/db', 'files', 'settings'],
    types: ['stored'],
  },
  // What outlasts the page, as it lies in the database.
  'src/ui/album/database': {
    may: ['errors', 'weights/db', 'files/thumbnail', 'card', 'cards'],
    types: [
      ...['engine/api', 'files/picture', 'settings', 'control/unit', 'reference/reference', 'paint/inputs'],
      'stored',
    ],
    packages: ['idb-keyval'],
  },
  'src/ui/inspect': {
    may: ['errors', 'context', 'controls', 'words'],
    types: ['engine/api', 'engine/rpc'],
    packages: ['svelte'],
  },
  'src/ui/models': {
    may: ['address', 'errors', 'text', 'context', 'controls', 'words', 'files', 'settings', 'inspect'],
    types: ['engine/api', 'engine/rpc'],
    packages: ['svelte'],
  },
  'src/ui/run': {
    may: ['errors', 'context', 'controls', 'words', 'settings'],
    types: ['engine/api', 'engine/rpc', 'control/unit', 'reference/reference', 'album'],
    packages: ['svelte'],
  },
  'src/ui/make': {
    may: [
      ...['errors', 'canvas', 'sampling', 'context', 'controls', 'words', 'files', 'settings'],
      ...['styles', 'control', 'reference', 'paint', 'album', 'models', 'run'],
    ],
    types: ['engine/api', 'engine/rpc'],
    packages: ['svelte'],
  },
  'src/ui/grid': {
    may: [
      ...['errors', 'canvas', 'recipe', 'sampling', 'text', 'context', 'controls', 'words', 'files'],
      ...['settings', 'album', 'models', 'make'],
    ],
    packages: ['svelte'],
  },
  'src/ui/share': {
    may: [
      ...['errors', 'recipe', 'sampling', 'context', 'controls', 'words', 'files', 'settings'],
      ...['control', 'reference', 'album', 'models', 'make'],
    ],
    types: ['engine/api'],
    packages: ['svelte'],
  },
  // Fetched when it is first opened: so only by `import()`, but for its keys, which are shown among all others.
  'src/ui/browse': {
    may: ['errors', 'canvas', 'context', 'controls', 'words', 'files', 'settings', 'album'],
    packages: ['client-zip', 'svelte'],
  },
  'src/ui/shell': {
    may: [
      ...['engine/scripts', 'sw/shared', 'context', 'controls', 'words', 'files', 'settings'],
      ...['styles', 'paint', 'album', 'models', 'inspect', 'run', 'make', 'grid', 'share', 'browse'],
    ],
    types: ['engine/api', 'engine/rpc'],
    packages: ['svelte'],
  },
  'src/sw': {
    may: ['requests', 'runtime/variant', 'weights/download'],
    packages: ['workbox-core', 'workbox-precaching', 'workbox-routing', 'workbox-strategies'],
  },
  'src/main.ts': {
    may: ['app', 'design', 'ui', 'errors', 'requests', 'engine/client'],
    packages: ['svelte'],
  },
};

/** Rows by their places, the one that counts first. */
const rows = Object.entries(arrows).reverse();

/**
 * What is wrong with an import; null where it may be.
 *
 * @param {string} path of the file it stands in, from the root of the project, with slashes
 * @param {string} from what it names
 * @param {boolean} onlyTypes
 */
export function wrongWith(path, from, onlyTypes) {
  const row = rows.find(([place]) => path === place || path.startsWith(`${place}/`));
  if (!row) return null;
  const [place, { may = [], types = [], packages = [] }] = row;
  if (!from.startsWith('.')) {
    return begins(from, packages) ? null : `${place} may not use this package: see test/lint/arrows.mjs.`;
  }
  if (posix.join(posix.dirname(path), from).startsWith(`${place}/`)) return null;
  const way = posix.normalize(from);
  // main.ts, errors.ts and checked.ts lie at the top and reach the others by "./", the rest by "../".
  if (!way.startsWith('..') && !/^src\/[^/]+\.ts$/.test(place)) return null;
  const name = way.replace(/^(?:\.\.(?:\/|$))+/, '');
  if (!begins(name, [...anywhere, ...may, ...types]))
    return `${place} may not import this: see test/lint/arrows.mjs.`;
  return onlyTypes || !begins(name, types) ? null : `${place} may import only types from here.`;
}

/** @param {string} name @param {string[]} beginnings of it, each with all that lies under it, or none */
function begins(name, beginnings) {
  return beginnings.some((one) => name === one || name.startsWith(`${one}/`) || name.startsWith(`${one}.`));
}

/**
 * As much of a syntax tree, and of a rule, as this one is concerned with.
 *
 * @typedef {'type' | 'value'} Kind
 * @typedef {object} Import
 * @property {{ value?: unknown } | null} [source]
 * @property {Kind} [importKind]
 * @property {Kind} [exportKind]
 * @property {{ importKind?: Kind, exportKind?: Kind }[]} [specifiers]
 * @typedef {{ filename: string, report(found: { node: Import, message: string }): void }} Context
 */

/** @param {Import} node */
function isOfTypes({ importKind, exportKind, specifiers = [] }) {
  if (importKind === 'type' || exportKind === 'type') return true;
  return specifiers.length > 0 && specifiers.every((one) => (one.importKind ?? one.exportKind) === 'type');
}

const rule = {
  meta: { type: /** @type {const} */ ('problem'), schema: [] },
  /** @param {Context} context */
  create(context) {
    const path = relative(root, context.filename).replaceAll(sep, '/');
    /** @param {Import} node */
    const look = (node) => {
      const from = node.source?.value;
      const message = typeof from === 'string' ? wrongWith(path, from, isOfTypes(node)) : null;
      if (message) context.report({ node, message });
    };
    return {
      ImportDeclaration: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
      ImportExpression: look,
    };
  },
};

export default { meta: { name: 'drobe' }, rules: { arrows: rule } };
