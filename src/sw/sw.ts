/**
 * The service worker: after the first visit the app opens, and draws with the bundled model, without a network. Once it is
 * installed, all of this is on the device. It does not touch checkpoints beside the app.
 */
import { cacheNames, clientsClaim } from 'workbox-core';
import { addPlugins, getCacheKeyForURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { NetworkOnly } from 'workbox-strategies';
import { watchRequests } from '../requests';
import { variant } from '../runtime/variant';
import { withHeaders } from './headers';
import { keep, keepOnly, kept, partOf, type Asset } from './kept';
import { keepShared, SHARE_ADDRESS, SHARED, sharedCache } from './shared';

declare const self: ServiceWorkerGlobalScope;

/** The service worker is at the top of the site, so paths begin there. */
const at = (path: string): string => new URL(path, self.location.href).href;
const isModel = ({ url }: PrecacheEntry): boolean => url.endsWith('.safetensors');
const isOtherRuntime = ({ url }: PrecacheEntry): boolean =>
  url.endsWith('.wasm') && !url.includes(`.${variant}-`);

const manifest = self.__WB_MANIFEST as PrecacheEntry[]; // workbox-build writes no strings
const models = manifest.filter(isModel).map(
  ({ url, revision }): Asset => ({ url: at(url), revision: revision! }), // only what lies in assets/ has none
);
/** The cache for large files; other copies of the app on this origin have their own. */
const large = () => caches.open(`drobe-large-${self.registration.scope}`);

for (const model of models) {
  registerRoute(
    ({ url }) => url.href === model.url,
    async ({ request }) => {
      const whole = await kept(await large(), model);
      return whole ? partOf(whole, request.headers.get('Range')) : fetch(request);
    },
  );
}

// The server knows which checkpoints there are; offline, there are those that are kept.
registerRoute(
  ({ url }) => url.href === at('models/index.json'),
  new NetworkOnly({ networkTimeoutSeconds: 5, plugins: [{ handlerDidError: listKept }] }),
);

async function listKept(): Promise<Response> {
  const cache = await large();
  const found = models.map(async (model) => {
    const bytes = Number((await kept(cache, model))?.headers.get('Content-Length') ?? NaN);
    return { file: decodeURIComponent(model.url.slice(at('models/').length)), bytes };
  });
  return Response.json((await Promise.all(found)).filter(({ bytes }) => !Number.isNaN(bytes)));
}

registerRoute(
  ({ url }) => url.href === at(SHARE_ADDRESS),
  async ({ request }) => {
    await keepShared(await caches.open(sharedCache(self.registration.scope)), await request.formData());
    return Response.redirect(at(`./#${SHARED}`), 303);
  },
  'POST',
);

// A kept file that turns out to be damaged is fetched anew and kept; the browser checks that it is the one that was built.
registerRoute(
  ({ request, url }) =>
    request.cache === 'reload' && request.integrity !== '' && getCacheKeyForURL(url.href) !== undefined,
  async ({ request, url }) => {
    const response = withHeaders(url.href, await fetch(request));
    const cache = await caches.open(cacheNames.precache);
    // If there is no room to keep it, this visit has it at least.
    await cache.put(getCacheKeyForURL(url.href)!, response.clone()).catch(() => undefined);
    return response;
  },
);

addPlugins([{ fetchDidSucceed: async ({ request, response }) => withHeaders(request.url, response) }]);
precacheAndRoute(
  manifest.filter((entry) => !isModel(entry) && !isOtherRuntime(entry)),
  // The app reads no parameters, and every address has its own file.
  { ignoreURLParametersMatching: [/.*/], cleanURLs: false },
);

self.addEventListener('install', (event) => event.waitUntil(keepAll()));
self.addEventListener('activate', (event) =>
  event.waitUntil(large().then((cache) => keepOnly(cache, models))),
);

async function keepAll(): Promise<void> {
  for (const model of models) await keep(await large(), model);
}

// Pages count the servers that were contacted since they were opened.
watchRequests((origins) => {
  void self.clients.matchAll({ includeUncontrolled: true, type: 'window' }).then((pages) => {
    for (const page of pages) page.postMessage(origins);
  });
});

// An open page is served from its first visit on. A new version takes over when the user says so.
clientsClaim();
self.addEventListener('message', ({ data }) => {
  if (data === 'take over') void self.skipWaiting();
});

// On phones, tapping a notification of a run's end leads back to the page.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients
      .matchAll({ includeUncontrolled: true, type: 'window' })
      .then(([page]) => page?.focus())
      .catch(() => undefined),
  );
});
