/**
 * The downloader: the only part that can send requests to other servers. Runs in a worker of its own while a person looks at
 * an address, downloads or repairs. It is small on purpose: neither ONNX Runtime nor a prompt is in it.
 */
import { DrobeError } from '../../errors';
import { begin, carryOn } from '../../weights/download/downloads';
import type { Fetch } from '../../weights/download/remote';
import { repair } from '../../weights/download/repair';
import type { DownloaderApi, Offer } from '../api';
import { causeOf } from './cause';
import { offersAt, toldOf } from './offers';
import { answer, serve } from '../rpc';
import { extraOf, storedEntry } from '../files/stored';
import { throttled } from '../throttle';
import { whatIs } from '../files/verdict';

let tell: (origins: readonly string[]) => void = () => undefined;

/** All requests pass here, so that aborted ones are counted too, and redirects are known. */
const counted: Fetch = async (input, init) => {
  tell([originOf(input)]);
  const response = await fetch(input, init);
  if (response.redirected) tell([originOf(response.url)]);
  return response;
};

const originOf = (input: RequestInfo | URL): string =>
  new URL(input instanceof Request ? input.url : input).origin;

const api: DownloaderApi = {
  requests: () => answer(({ report }) => new Promise<never>(() => (tell = report))),

  look: (address) => answer(({ signal }) => explained(offersAt(address, signal, counted))),

  download: (what) =>
    answer(async ({ signal, report }) => {
      const id = typeof what === 'string' ? what : await beginOffer(what);
      const ways = { signal, report: throttled(report), fetch: counted };
      return storedEntry(await explained(carryOn(id, ways)));
    }),

  repair: (id) =>
    answer(({ signal, report }) =>
      explained(repair(id, { signal, report: throttled(report), fetch: counted })),
    ),
};

/** Runs some work, and explains its network errors. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw causeOf(thrown, { online: navigator.onLine, protocol: location.protocol });
  }
}

/** Begins the download of an offer, under the name that the page shows. */
async function beginOffer({ file, model, beside }: Offer): Promise<string> {
  if (!model) throw new DrobeError('bad-request', { reason: 'there is nothing to download' });
  return begin(model, { file, extra: extraOf(whatIs(await toldOf(model, beside), file), beside) });
}

serve(self, api);
