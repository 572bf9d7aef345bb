/** The engine: wires the core to the store, the machine and the page. Runs in a module worker of its own. */
import { DrobeError } from '../errors';
import { Checkpoint } from '../pipeline/checkpoint';
import { generate } from '../pipeline/generate';
import type { Lent } from '../nets/names/places';
import { findMachine, wasmMachine, type Machine } from '../runtime/device';
import { OpenUpscaler } from '../pipeline/upscaler';
import { loadOrt } from '../runtime/ort';
import { Sessions } from '../runtime/session';
import { watchRequests } from '../requests';
import { loadTokenizer } from '../text/tokenizer';
import type { Tokenizer } from '../text/windows';
import { listUnfinished } from '../weights/downloads';
import { removeStored } from '../weights/store';
import type { Backend, DeviceInfo, Parts, Progress, WorkerApi } from './api';
import { additionsFrom } from './additions';
import { countTokens } from './count';
import { enlarge } from './enlarge';
import { gather } from './gather';
import { chosenLenders, complete, lackingIn } from './loans';
import { base } from './place';
import { answer, serve } from './rpc';
import { confineOthers } from './scripts';
import { shelf, type Readable } from './shelf';
import { settlePrompts, textsOf } from './prompts';
import { Turn } from './turn';
import { wildcardLists } from './wildcards';

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
const turn = new Turn(async () => current?.checkpoint.release());

const api: WorkerApi = {
  requests: () => answer(({ report }) => new Promise<never>(() => watchRequests(report))),

  device: (wish) => answer(async () => describe(await machines[wish](), wish)),

  models: () => answer(() => models.list()),

  gather: (files) => answer(() => gather(files, ({ file }) => file)),

  install: (model) =>
    async function* ({ signal }) {
      return yield* models.install(model, signal);
    },

  link: (model) => answer(() => models.link(model)),

  annotate: (settings) =>
    answer(async () => {
      if (busy) throw new DrobeError('busy');
      const changed = await models.annotate(settings);
      if (changed.some(({ id }) => id === current?.id)) await close();
      return changed;
    }),

  filesOf: (id) => answer(() => models.filesOf(id)),

  unfinished: () => answer(listUnfinished),

  discard: (id) => answer(() => removeStored(id)),

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
        await close();
      }
      await models.remove(id);
    }),

  generate: ({ model, backend, vae = '', taesd = '', parts: chosen = {}, ...job }) =>
    async function* ({ signal, report }) {
      if (busy) throw new DrobeError('busy');
      busy = true;
      try {
        await turn.take(signal, () => report({ kind: 'waiting' }));
        const lenders = await lendersOf(model, chosen);
        const { checkpoint, parts } = await open(model, backend, lenders, signal, report);
        const prompts = [job.prompt, job.negative, job.hires?.prompt, job.hires?.negative].join();
        const names = prompts.includes('<') ? await models.loraNames() : [];
        const lists = prompts.includes('__') ? await wildcardLists(folder) : new Map<string, string[]>();
        const { told, read, loras, missing, ignored } = settlePrompts(job, names, lists);
        if (missing.length > 0) yield { kind: 'notice', notice: { code: 'lists-missing', names: missing } };
        if (ignored.length > 0) yield { kind: 'notice', notice: { code: 'tags-ignored', tags: ignored } };
        const { uses, ids } = await additions.useLoras(checkpoint, loras, signal);
        for (const { name, use } of uses) {
          if (use.used < use.modules) yield { kind: 'notice', notice: { code: 'lora-in-part', name, use } };
        }
        await additions.useVae(checkpoint, vae, signal);
        await additions.useTaesd(checkpoint, taesd, signal);
        const guides = job.controls?.map((control) => control.model) ?? [];
        await additions.useControls(checkpoint, guides, signal);
        const referred = await additions.useReferences(checkpoint, job.references ?? [], signal);
        const { embeddings, unfit } = await additions.embeddingsFor(checkpoint, textsOf(read), ids, signal);
        if (unfit.length > 0) yield { kind: 'notice', notice: { code: 'words-for-others', words: unfit } };
        const upscaler = (name: string): Promise<OpenUpscaler> => openUpscaler(name, backend, signal);
        const tools = { checkpoint, tokenizer: await tokenizer(), report, embeddings, upscaler };
        const picture = yield* generate({ ...job, ...read }, tools);
        const borrowed = Object.keys(parts).length > 0 && { parts };
        const asked = { model, backend, vae, taesd, ...borrowed, ...picture.job, ...told };
        const words = await models.words(textsOf(read), ids);
        const called = words.flatMap(({ files }) => files.map(({ id }) => id));
        const hashes = await models.hashesOf([
          model,
          ...Object.values(parts),
          ...(vae ? [vae] : []),
          ...guides,
          ...referred,
          ...ids,
          ...called,
        ]);
        return { ...picture, job: asked, hashes };
      } catch (thrown) {
        const code = thrown instanceof DrobeError ? thrown.code : null;
        // Repaired or imported again, its pieces are others than those that are open.
        if (code === 'model-damaged') await close();
        // The page goes on with another worker. While calls keep this one alive, it shall not hold on to memory.
        if (code === 'out-of-memory') void close().catch(() => undefined);
        throw thrown;
      } finally {
        busy = false;
        turn.end();
      }
    },

  enlarge: (wish) =>
    async function* ({ signal, report }) {
      if (busy) throw new DrobeError('busy');
      busy = true;
      try {
        await turn.take(signal, () => report({ kind: 'waiting' }));
        const upscaler = await openUpscaler(wish.upscaler, wish.backend, signal);
        // A model that leaves others no room makes room.
        if (current && !current.checkpoint.resident) await current.checkpoint.release();
        return yield* enlarge(wish, upscaler, report);
      } catch (thrown) {
        if (thrown instanceof DrobeError && thrown.code === 'out-of-memory')
          void close().catch(() => undefined);
        throw thrown;
      } finally {
        busy = false;
        turn.end();
      }
    },
};

async function openUpscaler(name: string, backend: Backend, signal: AbortSignal): Promise<OpenUpscaler> {
  const { id, file } = await models.upscaler(name);
  const { header, source } = await models.open(id, signal, () => undefined);
  return new OpenUpscaler(file, header, source, await machines[backend]());
}

async function close(): Promise<void> {
  const open = current;
  current = null;
  await open?.checkpoint.release();
}

async function open(
  id: string,
  backend: Backend,
  parts: Parts,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<Current> {
  const isSame = current && JSON.stringify(current.parts) === JSON.stringify(parts);
  if (current?.id === id && current.backend === backend && isSame) return current;
  await close();
  const opened = await models.open(id, signal, (doneBytes, totalBytes) => {
    report({ kind: 'fetching', doneBytes, totalBytes });
  });
  const lenders: [Lent, Readable][] = [];
  for (const [part, lender] of Object.entries(parts) as [Lent, string][])
    lenders.push([part, await models.open(lender, signal, () => undefined)]);
  const { inspected, weights } = complete(opened, lenders);
  const checkpoint = new Checkpoint(inspected.model, weights, await machines[backend]());
  return (current = { id, backend, parts, checkpoint });
}

/** Whom a model borrows from: as was chosen, where that can be. @throws DrobeError 'missing-part' */
async function lendersOf(id: string, chosen: Parts): Promise<Parts> {
  const entries = await models.list();
  const model = entries.find((entry) => entry.id === id);
  if (!model || !('facts' in model) || !model.facts.lacks) return {};
  return chosenLenders(
    await lackingIn(await models.header(id), entries, (other) => models.header(other)),
    chosen,
  );
}

function describe({ backend, name, float16, imitated }: Machine, wish: Backend): DeviceInfo {
  const slow = imitated ? 'imitated-gpu' : backend === 'wasm' && wish !== 'wasm' ? 'no-gpu' : null;
  return { backend, name, float16, slow };
}

/** Remembers the first success; a failure is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    made ??= make();
    try {
      return await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}

serve(self, api);
