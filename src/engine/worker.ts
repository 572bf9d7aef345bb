/** The engine: wires the core to the store, the machine and the page. Runs in a module worker of its own. */
import { DrobeError } from '../errors';
import { Checkpoint } from '../pipeline/checkpoint';
import { generate } from '../pipeline/generate';
import { getReady } from '../pipeline/ready';
import type { Lent } from '../nets/names/places';
import { findMachine, wasmMachine, type Machine } from '../runtime/device';
import { OpenHintNet } from '../pipeline/hints/hint-net';
import type { Pixels } from '../pipeline/job';
import { OpenUpscaler } from '../pipeline/enlarging/upscaler';
import { loadOrt } from '../runtime/ort';
import { Sessions } from '../runtime/session';
import { watchRequests } from '../requests';
import { loadTokenizer } from '../text/tokenizer';
import type { Tokenizer } from '../text/windows';
import { discard, listUnfinished } from '../weights/download/downloads';
import type { Backend, HintWish, Job, Parts, Progress, WorkerApi } from './api';
import { additionsFrom } from './additions';
import { countTokens } from './count';
import { describe } from './files/described';
import { enlarge } from './enlarge';
import { equipFrom } from './equip';
import { gather } from './files/gather';
import { borrowed, chosenLenders, complete, lackingIn, mayBorrow } from './loans';
import { once } from './once';
import { base } from './place';
import { Preparing } from './preparing';
import { answer, serve } from './rpc';
import { confineOthers } from './scripts';
import { shelf, type Readable } from './shelf';
import { Turn } from './turn';

confineOthers(); // ONNX Runtime's threads

const folder = `${base}models/`;
const models = shelf(folder);
const additions = additionsFrom(models);
const sessions = once(async () => new Sessions(await loadOrt()));
const machines: Readonly<Record<Backend, () => Promise<Machine>>> = {
  auto: once(async () => findMachine(await sessions(), 'auto')),
  webgpu: once(async () => findMachine(await sessions(), 'webgpu')),
  wasm: once(async () => wasmMachine(await sessions())),
};
const tokenizer: () => Promise<Tokenizer> = once(() => loadTokenizer(base));
const equip = equipFrom({ models, additions, folder, tokenizer, openUpscaler });

/** The checkpoint on the device, kept for the next picture. */
interface Current {
  readonly id: string;
  readonly backend: Backend;
  /** Whom it borrows from. */
  readonly parts: Parts;
  readonly checkpoint: Checkpoint;
}
let current: Current | null = null;
let busy = false;
/** The last hint that was asked for of a net, until it is there. */
let hinting: Promise<unknown> = Promise.resolve();
const silent = (): void => undefined;
const preparing = new Preparing();
const turn = new Turn(async () => current?.checkpoint.release());

const api: WorkerApi = {
  requests: () => answer(({ report }) => new Promise<never>(() => watchRequests(report))),

  device: (wish) => answer(async () => describe(await machines[wish](), wish)),

  models: () => answer(() => models.list(true)),

  gather: (files) => answer(() => gather(files, ({ file }) => file)),

  arrive: (entry, model) => answer(({ signal }) => models.arrive(entry, model, signal)),

  link: (model) => answer(() => models.link(model)),

  annotate: (settings) =>
    answer(async () => {
      if (busy) throw new DrobeError('busy');
      await preparing.end(silent);
      const changed = await models.annotate(settings);
      if (changed.some(({ id }) => id === current?.id)) await close();
      return changed;
    }),

  filesOf: (id) => answer(() => models.filesOf(id)),

  unfinished: () => answer(listUnfinished),

  discard: (id) => answer(() => discard(id)),

  inspect: (what, model) => answer(() => models.inspect(what, model)),

  uses: (model) => answer(() => models.uses(model)),

  storage: () => answer(() => models.storage()),

  verify: (id) =>
    async function* ({ signal }) {
      return yield* models.verify(id, signal);
    },

  contents: (id) => answer(({ report }) => models.contents(id, report)),

  lacking: (id) =>
    answer(async () =>
      lackingIn(await models.header(id), await models.list(), (other) => models.header(other)),
    ),

  countTokens: (wish) => answer(async () => countTokens(wish, await tokenizer(), await models.list())),

  rename: (id, name) => answer(() => models.rename(id, name)),

  remove: (id) =>
    answer(async () => {
      if (current && [current.id, ...Object.values(current.parts)].includes(id)) {
        if (busy) throw new DrobeError('busy');
        await preparing.end(silent);
        await close();
      }
      await models.remove(id);
    }),

  prepare: (job) =>
    answer(async ({ signal, report }) => {
      if (busy) return;
      await preparing.begin(signal, report, (stop, told) => prepare(job, stop, told), hinting);
    }),

  generate: (request) =>
    async function* ({ signal, report }) {
      if (busy) throw new DrobeError('busy');
      busy = true;
      try {
        await preparing.end(report);
        await hinting;
        await turn.take(signal, () => report({ kind: 'waiting' }));
        const { checkpoint, parts } = await open(request, signal, report);
        const { tools, read, told, files } = yield* equip(checkpoint, request, signal, report);
        const { model, backend, vae = '', taesd = '', parts: _, ...job } = request;
        const picture = yield* generate({ ...job, ...read }, tools);
        const lent = Object.keys(parts).length > 0 && { parts };
        const asked = { model, backend, vae, taesd, ...lent, ...picture.job, ...told };
        const hashes = await models.hashesOf([model, ...borrowed(parts).map(([, id]) => id), ...files]);
        return { ...picture, job: asked, hashes };
      } catch (thrown) {
        await distrust(thrown);
        throw thrown;
      } finally {
        busy = false;
        turn.end();
      }
    },

  hint: (wish) =>
    answer(async ({ signal, report }) => {
      if (busy) throw new DrobeError('busy');
      const made = hinting.then(() => hint(wish, signal, report));
      hinting = made.catch(silent);
      return made;
    }),

  enlarge: (wish) =>
    async function* ({ signal, report }) {
      if (busy) throw new DrobeError('busy');
      busy = true;
      try {
        await preparing.end(silent);
        await hinting;
        await turn.take(signal, () => report({ kind: 'waiting' }));
        const upscaler = await openUpscaler(wish.upscaler, wish.backend, signal);
        await makeRoom();
        return yield* enlarge(wish, upscaler, report);
      } catch (thrown) {
        await distrust(thrown);
        throw thrown;
      } finally {
        busy = false;
        turn.end();
      }
    },
};

/** Opens nets for a job like this one, as far as nobody else draws. */
async function prepare(job: Job, signal: AbortSignal, report: (progress: Progress) => void): Promise<void> {
  const elsewhere = new AbortController();
  const stop = AbortSignal.any([signal, elsewhere.signal]);
  try {
    await turn.take(stop, () => elsewhere.abort());
    const { checkpoint } = await open(job, stop, report);
    const equipping = equip(checkpoint, job, stop, report);
    let equipped = await equipping.next();
    while (!equipped.done) equipped = await equipping.next(); // what it tells is told when a picture is drawn
    const { read, tools } = equipped.value;
    await getReady({ ...job, ...read }, tools, stop);
  } catch (thrown) {
    await distrust(thrown);
    throw thrown;
  } finally {
    if (!busy) turn.end();
  }
}

/** A hint by a net, which is open only while it is made. */
async function hint(
  { pixels, hint: name, model, backend }: HintWish,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<Pixels> {
  signal.throwIfAborted();
  try {
    await preparing.end(silent);
    await turn.take(signal, () => report({ kind: 'waiting' }));
    const net = await openHintNet(model, backend, signal);
    await makeRoom();
    signal.throwIfAborted();
    try {
      return await net.make(name, pixels, report);
    } finally {
      await net.release();
    }
  } catch (thrown) {
    await distrust(thrown);
    throw thrown;
  } finally {
    if (!busy) turn.end();
  }
}

/** A model that leaves others no room makes room. */
async function makeRoom(): Promise<void> {
  if (current && !current.checkpoint.resident) await current.checkpoint.release();
}

/** Lets go of what cannot be relied on after this. */
async function distrust(thrown: unknown): Promise<void> {
  const code = thrown instanceof DrobeError ? thrown.code : null;
  // Repaired or imported again, its pieces are others than those that are open. Failing to close says less than this does.
  if (code === 'model-damaged') await close().catch(silent);
  // The page goes on with another worker. While calls keep this one alive, it shall not hold on to memory.
  if (code === 'out-of-memory') void close().catch(silent);
}

async function openUpscaler(name: string, backend: Backend, signal: AbortSignal): Promise<OpenUpscaler> {
  const { id, file } = await models.upscaler(name);
  const { header, source } = await models.open(id, signal, () => undefined);
  return new OpenUpscaler(file, header, source, await machines[backend]());
}

async function openHintNet(id: string, backend: Backend, signal: AbortSignal): Promise<OpenHintNet> {
  const entry = (await models.list()).find((one) => one.id === id);
  if (!entry || !('addon' in entry) || entry.addon.kind !== 'hint-net')
    throw new DrobeError('model-gone', { model: id });
  const { header, source } = await models.open(id, signal, () => undefined);
  return new OpenHintNet({ name: entry.file, header, source }, await machines[backend]());
}

async function close(): Promise<void> {
  const open = current;
  current = null;
  await open?.checkpoint.release();
}

async function open(
  { model: id, backend, parts: chosen = {} }: Job,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<Current> {
  const parts = await lendersOf(id, chosen);
  const isSame = current && JSON.stringify(current.parts) === JSON.stringify(parts);
  if (current?.id === id && current.backend === backend && isSame) return current;
  await close();
  const opened = await models.open(id, signal, (doneBytes, totalBytes) => {
    report({ kind: 'fetching', doneBytes, totalBytes });
  });
  const lenders: [Lent, Readable][] = [];
  for (const [part, lender] of borrowed(parts))
    lenders.push([part, await models.open(lender, signal, () => undefined)]);
  const { inspected, weights } = complete(opened, lenders);
  const checkpoint = new Checkpoint(inspected.model, weights, await machines[backend]());
  return (current = { id, backend, parts, checkpoint });
}

/** Whom a model borrows from: as was chosen, where that can be. @throws DrobeError 'missing-part' */
async function lendersOf(id: string, chosen: Parts): Promise<Parts> {
  const entries = await models.list();
  const model = entries.find((entry) => entry.id === id);
  if (!model || !('facts' in model) || !mayBorrow(model.facts)) return {};
  return chosenLenders(
    await lackingIn(await models.header(id), entries, (other) => models.header(other)),
    chosen,
  );
}

serve(self, api);
