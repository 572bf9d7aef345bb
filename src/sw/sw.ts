/**
 * The service worker: after the first visit the app opens, and draws with the bundled model, without a network. Being
 * installed means that all of this is there. Checkpoints beside the app are none of its business.
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

/** It lies at the top of the site. */
const at = (path: string): string => new URL(path, self.location.href).href;
const isModel = ({ url }: PrecacheEntry): boolean => url.endsWith('.safetensors');
const isOtherRuntime = ({ url }: PrecacheEntry): boolean =>
  url.endsWith('.wasm') && !url.includes(`.${variant}-`);

const manifest = self.__WB_MANIFEST as PrecacheEntry[]; // workbox-build writes no strings
const models = manifest.filter(isModel).map(
  ({ url, revision }): Asset => ({ url: at(url), revision: revision! }), // only what lies in assets/ has none
);
/** Other copies of the app on this origin have their own. */
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

// Which checkpoints there are is the server's to say; without it, those that are kept are there.
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

// What turned out to be damaged where it is kept is fetched anew, and kept if it is what was built, which the browser sees to.
registerRoute(
  ({ request, url }) =>
    request.cache === 'reload' && request.integrity !== '' && getCacheKeyForURL(url.href) !== undefined,
  async ({ request, url }) => {
    const response = withHeaders(url.href, await fetch(request));
    const cache = await caches.open(cacheNames.precache);
    // Where there is no room for it, this visit at least has it.
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

// Pages count what was asked of servers since they were opened.
watchRequests((origins) => {
  void self.clients.matchAll({ includeUncontrolled: true, type: 'window' }).then((pages) => {
    for (const page of pages) page.postMessage(origins);
  });
});

// A page that is open is served from its first visit on. A new version takes over when a person says so.
clientsClaim();
self.addEventListener('message', ({ data }) => {
  if (data === 'take over') void self.skipWaiting();
});

// What phones tell of a run's end leads back to the page.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients
      .matchAll({ includeUncontrolled: true, type: 'window' })
      .then(([page]) => page?.focus())
      .catch(() => undefined),
  );
});
