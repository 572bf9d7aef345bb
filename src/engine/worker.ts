/** The engine: wires the core to the store, the machine and the page. Runs in a module worker of its own. */
import { DrobeError } from '../errors';
import { generate } from '../pipeline/generate';
import { OpenUpscaler } from '../pipeline/enlarging/upscaler';
import { OpenHintNet } from '../pipeline/hints/hint-net';
import { getReady } from '../pipeline/ready';
import { watchRequests } from '../requests';
import { findMachine, wasmMachine, type Machine } from '../runtime/device';
import { loadOrt } from '../runtime/ort';
import { Sessions } from '../runtime/session';
import { loadTokenizer } from '../text/tokenizer';
import type { Tokenizer } from '../text/windows';
import { discard, listUnfinished } from '../weights/download/downloads';
import { Additions } from './additions';
import type { Backend, WorkerApi } from './api';
import { countTokens } from './count';
import { enlarge } from './enlarge';
import { equipFrom } from './equip';
import { describe } from './files/described';
import { modelsAmong } from './files/models-among';
import { borrowed, lackingIn } from './loans';
import { once } from './once';
import { OpenedCheckpoint } from './opened';
import { base } from './place';
import { answer, serve } from './rpc';
import { confineOthers } from './scripts';
import { ModelRepository } from './model-repository';
import { Workload } from './workload';

confineOthers(); // ONNX Runtime's threads

const folder = `${base}models/`;
const models = new ModelRepository(folder);
const sessions = once(async () => new Sessions(await loadOrt()));
const machines: Readonly<Record<Backend, () => Promise<Machine>>> = {
  auto: once(async () => findMachine(await sessions(), 'auto')),
  webgpu: once(async () => findMachine(await sessions(), 'webgpu')),
  wasm: once(async () => wasmMachine(await sessions())),
};
const tokenizer: () => Promise<Tokenizer> = once(() => loadTokenizer(base));
const equip = equipFrom({ models, additions: new Additions(models), folder, tokenizer, openUpscaler });
const opened = new OpenedCheckpoint(models, machines);
const workload = new Workload(
  () => opened.release(),
  (thrown) => opened.distrust(thrown),
);

const api: WorkerApi = {
  requests: () => answer(({ report }) => new Promise<never>(() => watchRequests(report))),

  device: (wish) => answer(async () => describe(await machines[wish](), wish)),

  models: () => answer(() => models.list(true)),

  gather: (files) => answer(() => modelsAmong(files, ({ file }) => file)),

  arrive: (entry, model) => answer(({ signal }) => models.arrive(entry, model, signal)),

  link: (model) => answer(() => models.link(model)),

  annotate: (settings) =>
    answer(async () => {
      await workload.pause();
      const changed = await models.annotate(settings);
      if (changed.some(({ id }) => opened.is(id))) await opened.close();
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
      if (opened.reads(id)) {
        await workload.pause();
        await opened.close();
      }
      await models.remove(id);
    }),

  prepare: (job) =>
    // Nothing is told of what equipping finds: it is told when a picture is drawn.
    answer(({ signal, report }) =>
      workload.prepare(signal, report, async (stop, told) => {
        const { checkpoint } = await opened.open(job, stop, told);
        const { read, tools } = await ended(equip(checkpoint, job, stop, told));
        await getReady({ ...job, ...read }, tools, stop);
      }),
    ),

  generate:
    (request) =>
    ({ signal, report }) =>
      workload.draw(signal, report, report, async function* () {
        const { checkpoint, parts } = await opened.open(request, signal, report);
        const { tools, read, told, files } = yield* equip(checkpoint, request, signal, report);
        const { model, backend, vae = '', taesd = '', parts: _, ...job } = request;
        const picture = yield* generate({ ...job, ...read }, tools);
        const lent = Object.keys(parts).length > 0 && { parts };
        const asked = { model, backend, vae, taesd, ...lent, ...picture.job, ...told };
        const hashes = await models.hashesOf([model, ...borrowed(parts).map(([, id]) => id), ...files]);
        return { ...picture, job: asked, hashes };
      }),

  hint: ({ pixels, hint, model, backend }) =>
    answer(({ signal, report }) =>
      workload.hint(signal, report, async () => {
        const net = await openHintNet(model, backend, signal);
        await opened.makeRoom();
        signal.throwIfAborted();
        try {
          return await net.make(hint, pixels, report);
        } finally {
          await net.release();
        }
      }),
    ),

  enlarge:
    (wish) =>
    ({ signal, report }) =>
      workload.draw(
        signal,
        report,
        () => undefined,
        async function* () {
          const upscaler = await openUpscaler(wish.upscaler, wish.backend, signal);
          await opened.makeRoom();
          return yield* enlarge(wish, upscaler, report);
        },
      ),
};

/** The result of a run, without what it yields on the way. */
async function ended<R>(run: AsyncGenerator<unknown, R, void>): Promise<R> {
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
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

serve(self, api);
