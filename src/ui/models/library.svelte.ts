import { toDrobeError, type DrobeError } from '../../errors';
import type { EngineApi, LoraUse, ModelEntry, Picture } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { nameApart } from '../../text/lora';
import { clean } from '../words/format';
import { Persisted, tabStorage, type KeyValueStorage } from '../settings/persisted.svelte';
import { isAddon, isUpscaler, isUsable, type Addon, type UsableModel } from './entries';
import { Choosing } from './choosing';
import { Imports } from './imports.svelte';

export type Listing =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: DrobeError };

/** A file that could not be imported, or a model that could not be removed. */
export interface Failure {
  readonly file: string;
  readonly error: DrobeError;
}

/** What a person should know of a file that was imported. */
export type Remark =
  /** It was renamed, as another one has its name. */
  | { readonly kind: 'renamed'; readonly file: string; readonly name: string }
  /** It is there already. */
  | { readonly kind: 'again'; readonly file: string }
  /** They add to models, and are not chosen by themselves. */
  | { readonly kind: 'additions'; readonly entries: readonly Addon[] }
  /** It was not chosen, as somebody works with another one. */
  | { readonly kind: 'arrived'; readonly file: string; readonly id: string };

/** @param back it was chosen before, and the model chosen in its place came to nothing. */
type OnSelect = (model: UsableModel | null, back?: boolean) => void;

/** The models at hand: which there are, and which one is chosen. */
export class Library {
  listing = $state.raw<Listing>({ kind: 'loading' });
  entries = $state.raw<readonly ModelEntry[]>([]);
  readonly imports: Imports;
  failures = $state.raw<readonly Failure[]>([]);
  remarks = $state.raw<readonly Remark[]>([]);
  /** `before`: what was chosen before a model that is still being imported; it is chosen again if the import fails. */
  readonly choice: Persisted<{ id: string; before: string }>;
  /** Checkpoints, including those that have a problem. */
  models = $derived(this.entries.filter((entry) => !isAddon(entry)));
  loras = $derived(this.entries.filter(isAddon).filter(({ addon }) => addon.kind === 'lora'));
  taesds = $derived(this.entries.filter(isAddon).filter(({ addon }) => addon.kind === 'taesd'));
  vaes = $derived(this.entries.filter(isAddon).filter(({ addon }) => addon.kind === 'vae'));
  upscalers = $derived(this.entries.filter(isUpscaler));
  embeddings = $derived(
    this.entries.flatMap((entry) => (isAddon(entry) && entry.addon.kind === 'embedding' ? entry.addon : [])),
  );
  /** How much of each LoRA the chosen model uses, by the LoRA's id. */
  uses = $state.raw<ReadonlyMap<string, LoraUse> | null>(null);
  selected = $derived.by(() => this.usable(this.choice.current.id));

  readonly #engine: Remote<EngineApi>;
  readonly #onSelect: OnSelect;
  readonly worked: () => string;

  /** @param worked changes whenever somebody works with what is chosen. */
  constructor(
    engine: Remote<EngineApi>,
    onSelect: OnSelect,
    storage: KeyValueStorage | null = tabStorage(),
    worked = (): string => '',
  ) {
    this.#engine = engine;
    this.#onSelect = onSelect;
    this.worked = worked;
    this.choice = new Persisted('model', { id: '', before: '' }, (found) => found, storage);
    this.imports = new Imports(engine, this, storage);
  }

  /** Lists the models and chooses the remembered one, or the first that works. */
  async load(): Promise<void> {
    this.listing = { kind: 'loading' };
    try {
      const { value } = await this.#engine.models(new AbortController().signal).next();
      this.entries = value;
      this.listing = { kind: 'ready' };
      const { id, before } = this.choice.current;
      this.#selectOrFirst([id, before]);
    } catch (thrown) {
      this.listing = { kind: 'failed', error: toDrobeError(thrown) };
    }
  }

  /** The checkpoint with this id; null where there is none that can be used. */
  usable(id: string): UsableModel | null {
    return this.entries.filter(isUsable).find((entry) => entry.id === id) ?? null;
  }

  select(id: string): void {
    const entry = this.usable(id);
    if (!entry) return;
    this.choice.current = { id, before: '' };
    this.#onSelect(entry);
  }

  /** A model's title, with the file name where two models have the same title. */
  label(model: UsableModel): string {
    const { title } = model.facts;
    const twins = this.entries.filter((entry) => isUsable(entry) && entry.facts.title === title);
    return clean(title, 60) + (twins.length > 1 ? `, ${clean(model.file, 60)}` : '');
  }

  /** Finds out how much of each LoRA the chosen model uses. After a failure that is not shown. */
  async countUses(): Promise<void> {
    const { id = '' } = this.selected ?? {};
    if (id === '' || this.loras.length === 0) return void (this.uses = null);
    const counted = await this.#engine
      .uses(new AbortController().signal, id)
      .next()
      .catch(() => null);
    if (this.selected?.id === id) this.uses = counted?.value ?? null;
  }

  /** A file name that is free: its own, or one like it. @param coming further names that are taken. */
  nameFor(file: string, coming: readonly string[] = []): string {
    const taken = [...this.entries.map((entry) => entry.file), ...coming].map(stemOf);
    const name = nameApart(stemOf(file), taken);
    return name === stemOf(file) ? file : name + ENDING;
  }

  /** All entries. @param hashes that have become known: they are noted first. */
  knowing(hashes: Picture['hashes']): readonly ModelEntry[] {
    if (this.entries.some(({ id, hashes: known }) => !known && hashes?.has(id)))
      this.entries = this.entries.map((entry) => {
        const found = hashes?.get(entry.id);
        return found ? { ...entry, hashes: found } : entry;
      });
    return this.entries;
  }

  /** Renames a model. @param name without the ending. @returns its new entry; null after a failure. */
  async rename(entry: ModelEntry, name: string): Promise<ModelEntry | null> {
    const others = this.entries.filter(({ id }) => id !== entry.id).map(({ file }) => stemOf(file));
    const file = nameApart(name.replace(/[/\\]/g, '_').trim() || stemOf(entry.file), others) + ENDING;
    try {
      const { value } = await this.#engine.rename(new AbortController().signal, entry.id, file).next();
      this.entries = this.entries.map((other) => (other.id === entry.id ? value : other));
      if (this.choice.current.id === entry.id) this.select(entry.id);
      return value;
    } catch (thrown) {
      this.fail(entry.file, thrown);
      return null;
    }
  }

  async remove(entry: ModelEntry): Promise<void> {
    try {
      await this.#engine.remove(new AbortController().signal, entry.id).next();
      this.entries = this.entries.filter((other) => other.id !== entry.id);
      if (this.choice.current.id === entry.id) this.#selectOrFirst();
    } catch (thrown) {
      this.fail(entry.file, thrown);
    }
  }

  /** Asks for permission to read files that are used in place. Must be called from a click. */
  async allow(): Promise<void> {
    const linked = this.entries.filter(({ origin }) => origin === 'linked');
    const files = await Promise.all(
      linked.map(
        async ({ id }) => (await this.#engine.filesOf(new AbortController().signal, id).next()).value,
      ),
    );
    try {
      for (const handle of files.flat()) await handle.requestPermission({ mode: 'read' });
    } catch {
      // The click is too long ago to ask for more: files that may not be read will say so.
    }
  }

  /** Drops all failures and remarks. */
  clearMessages(): void {
    this.failures = this.remarks = [];
  }

  forget(remark: Remark): void {
    this.remarks = this.remarks.filter((other) => other !== remark);
  }

  /** Chooses a model that has come. */
  takeUp(remark: Extract<Remark, { kind: 'arrived' }>): void {
    this.forget(remark);
    this.select(remark.id);
  }

  dismiss(failure: Failure): void {
    this.failures = this.failures.filter((other) => other !== failure);
  }

  /** To be asked for before a model is waited for. */
  choosing(): Choosing {
    return new Choosing(this);
  }

  /** Lists a model that can be used while it is still being copied, as `add` does. */
  arriving(entry: ModelEntry, file: string, choosing: Choosing): void {
    const before = this.choice.current.id;
    this.add(entry, file, choosing);
    if (this.choice.current.id === entry.id) this.choice.current.before = before;
  }

  /** Replaces the entry of a model whose copy is finished. */
  arrived(entry: ModelEntry): void {
    this.entries = this.entries.map((other) => (other.id === entry.id ? entry : other));
    if (this.choice.current.id === entry.id) this.select(entry.id);
  }

  /** Removes a model that is still arriving: its import came to nothing. */
  withdraw(id: string): void {
    const others = this.entries.filter((entry) => entry.id !== id || entry.origin !== 'arriving');
    if (others.length === this.entries.length) return;
    this.entries = others;
    this.remarks = this.remarks.filter((remark) => remark.kind !== 'arrived' || remark.id !== id);
    if (this.choice.current.id === id) this.#selectOrFirst([this.choice.current.before], true);
  }

  /**
   * Lists a model, and chooses it if it can be used, unless somebody works with another one by now: then that is told.
   * @param file its name where it came from, for an import.
   */
  add(entry: ModelEntry, file?: string, choosing?: Choosing): void {
    const again = this.entries.some(({ id }) => id === entry.id);
    const renamed = file !== undefined && stemOf(entry.file) !== stemOf(file);
    if (again && file !== undefined) this.remarks = [...this.remarks, { kind: 'again', file: entry.file }];
    else if (renamed) this.remarks = [...this.remarks, { kind: 'renamed', file, name: entry.file }];
    else if (!again && isAddon(entry)) this.#tellAddition(entry);
    this.entries = [...this.entries.filter((other) => other.id !== entry.id), entry];
    if (!choosing || choosing.may) {
      this.select(entry.id); // a LoRA is none to select, and stays unselected
      choosing?.done();
    } else if (this.usable(entry.id) && this.choice.current.id !== entry.id)
      this.remarks = [...this.remarks, { kind: 'arrived', file: entry.file, id: entry.id }];
  }

  /** However many come with one import, they are told of together. */
  #tellAddition(entry: Addon): void {
    const before = this.remarks.find((remark) => remark.kind === 'additions');
    const others = this.remarks.filter((remark) => remark !== before);
    this.remarks = [...others, { kind: 'additions', entries: [...(before?.entries ?? []), entry] }];
  }

  /** Notes why something failed. @param file its name. */
  fail(file: string, thrown: unknown): void {
    this.failures = [...this.failures, { file, error: toDrobeError(thrown) }];
  }

  /** Chooses the first of these that can be used, or else any. @param back it was chosen before, as for `OnSelect`. */
  #selectOrFirst(ids: readonly string[] = [], back = false): void {
    const wanted = ids.map((id) => this.usable(id)).find((entry) => entry !== null);
    const entry = wanted ?? this.entries.find(isUsable);
    this.choice.current = { id: entry?.id ?? '', before: '' };
    this.#onSelect(entry ?? null, back);
  }
}

const ENDING = '.safetensors';
const stemOf = (file: string): string => file.replace(/^.*\/|\.safetensors$/gi, '');
