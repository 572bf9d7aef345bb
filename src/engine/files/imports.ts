/** What a person brings: models that are copied or linked, and what is remembered of them from then on. */
import { DrobeError, toDrobeError } from '../../errors';
import { CONFIG_YAML } from '../../nets/predicts/predicts';
import { blobsOf, mapFiles } from '../../weights/store/layout';
import { linksTo } from '../../weights/store/links';
import { mustNotBeHollow } from '../../weights/hollow';
import { readHeader, type Header } from '../../weights/safetensors';
import { segmentsOf } from '../../weights/segments';
import { checkQuota, randomId } from '../../weights/db';
import { alikeTo, link, listStored, once, remember, store } from '../../weights/store/store';
import type { ImportProgress, LocalFile, LocalModel, ModelEntry } from '../api';
import { nameInWorkers } from './naming';
import { readSettings, sameStem, toldHeader } from './beside';
import { stemOf } from './facts';
import type { Found } from './served';
import { extraOf, storedBeside, storedEntry } from './stored';
import { unreadAs, whatIs, type What } from './verdict';

/** Finds the bytes of the stored model with this id. */
type Find = (id: string) => Promise<Found>;

/**
 * Checks a model by its header, then copies it. What is there already, by this name, stays alone. Tells first of a
 * checkpoint that can be drawn with meanwhile: not of one that may be here, and not before there is room for all of it.
 */
export async function* installModel(
  { name, layout, beside }: LocalModel,
  signal: AbortSignal,
): AsyncGenerator<ImportProgress, ModelEntry, void> {
  const file = new Blob(blobsOf(mapFiles(layout, (local) => local.file)));
  const header = await headerOf(file, name);
  const what = whatIs(await toldHeader(header, file, beside), name);
  if ('facts' in what) await mustNotBeHollow(file, header);
  const about = { file: name, extra: extraOf(what, beside) };
  const [id, bytes] = [randomId(), file.size];
  if ('facts' in what && (await alikeTo({ file: name, bytes })).length === 0) {
    await checkQuota(bytes);
    const entry: ModelEntry = { id, file: name, bytes, origin: 'arriving', ...what };
    yield { doneBytes: 0, totalBytes: bytes, entry };
  }
  const stored = yield* store(file, segmentsOf(header), about, signal, nameInWorkers, id);
  return storedEntry(await once(stored));
}

/** Checks a model by its header, then remembers where it lies. @throws DrobeError 'bad-request' without handles. */
export async function linkModel({ name, layout, beside }: LocalModel): Promise<ModelEntry> {
  const links = linksTo(
    mapFiles(layout, ({ file, handle }) => {
      if (handle) return { file, handle };
      throw new DrobeError('bad-request', { reason: 'this file cannot be found again' });
    }),
  );
  const whole = new Blob(blobsOf(mapFiles(layout, ({ file }) => file)));
  const header = await headerOf(whole, name);
  const what = whatIs(await toldHeader(header, whole, beside), name);
  if ('facts' in what) await mustNotBeHollow(whole, header);
  const about = { file: name, extra: extraOf(what, beside) };
  return storedEntry(await link(links, whole.size, about));
}

async function headerOf(file: Blob, name: string): Promise<Header> {
  try {
    return await readHeader(file);
  } catch (thrown) {
    throw unreadAs(toDrobeError(thrown), name);
  }
}

/** Calls a model otherwise from now on. @param name with the ending. */
export async function renameModel(id: string, name: string, find: Find): Promise<ModelEntry> {
  const { models } = await listStored();
  const stored = models.find((other) => other.id === id);
  const entry = stored && storedEntry(stored);
  if (!entry || 'problem' in entry) throw new DrobeError('model-gone', { model: id });
  const extra = extraOf(await calledOtherwise(entry, name, find), storedBeside(stored));
  return storedEntry(await remember(id, { file: name, extra }));
}

/** What it is in a file of another name: that is what a person calls it, whatever it calls itself. */
async function calledOtherwise(entry: ModelEntry & What, name: string, find: Find): Promise<What> {
  if ('facts' in entry) return { facts: { ...entry.facts, title: stemOf(name) } };
  const { slices, beside } = await find(entry.id);
  return whatIs(await toldHeader(await readHeader(slices), slices, beside), name);
}

/** Has stored checkpoints of the name of a .yaml be drawn as it says. @throws DrobeError 'settings-alone' */
export async function annotateModels({ file, path }: LocalFile, find: Find): Promise<ModelEntry[]> {
  const { kind, text } = await readSettings(file, path, file);
  const { models } = await listStored();
  const named = models.filter((model) => sameStem(model.file, path));
  const changed: ModelEntry[] = [];
  for (const model of kind === CONFIG_YAML ? named : []) {
    const { slices } = await find(model.id);
    const beside = { ...storedBeside(model), [CONFIG_YAML]: text };
    const what = whatIs(await toldHeader(await readHeader(slices), slices, beside), model.file);
    if ('addon' in what) continue;
    changed.push(storedEntry(await remember(model.id, { extra: extraOf(what, beside) })));
  }
  if (changed.length === 0) throw new DrobeError('settings-alone');
  return changed;
}
