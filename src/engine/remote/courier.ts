/**
 * The courier: asks other servers, which nothing else here can do. Runs in a worker of its own from when a person looks at
 * an address, or starts a download or a repair, until that is done. Small on purpose: neither ONNX Runtime nor a prompt is in it.
 */
import { DrobeError } from '../../errors';
import { begin, carryOn } from '../../weights/download/downloads';
import type { Fetch } from '../../weights/download/remote';
import { repair } from '../../weights/download/repair';
import type { CourierApi, Offer } from '../api';
import { causeOf } from './cause';
import { offersAt, toldOf } from './offers';
import { answer, serve } from '../rpc';
import { extraOf, storedEntry } from '../files/stored';
import { nowAndThen } from '../throttle';
import { whatIs } from '../files/verdict';

let tell: (origins: readonly string[]) => void = () => undefined;

/** All requests pass here, so that those that are broken off are counted, and where redirects led is known. */
const counted: Fetch = async (input, init) => {
  tell([originOf(input)]);
  const response = await fetch(input, init);
  if (response.redirected) tell([originOf(response.url)]);
  return response;
};

const originOf = (input: RequestInfo | URL): string =>
  new URL(input instanceof Request ? input.url : input).origin;

const api: CourierApi = {
  requests: () => answer(({ report }) => new Promise<never>(() => (tell = report))),

  look: (address) => answer(({ signal }) => explained(offersAt(address, signal, counted))),

  download: (what) =>
    answer(async ({ signal, report }) => {
      const id = typeof what === 'string' ? what : await beginOffer(what);
      const ways = { signal, report: nowAndThen(report), fetch: counted };
      return storedEntry(await explained(carryOn(id, ways)));
    }),

  repair: (id) =>
    answer(({ signal, report }) =>
      explained(repair(id, { signal, report: nowAndThen(report), fetch: counted })),
    ),
};

/** What came of it, or why nothing did. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw causeOf(thrown, { online: navigator.onLine, protocol: location.protocol });
  }
}

/** Under the name that the page has for it. */
async function beginOffer({ file, model, beside }: Offer): Promise<string> {
  if (!model) throw new DrobeError('bad-request', { reason: 'there is nothing to download' });
  return begin(model, { file, extra: extraOf(whatIs(await toldOf(model, beside), file), beside) });
}

serve(self, api);
