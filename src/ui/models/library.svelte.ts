import { DrobeError, isAbort, toDrobeError } from '../../errors';
import type {
  EngineApi,
  Gathered,
  InstallProgress,
  LocalFile,
  LocalModel,
  LoraUse,
  ModelEntry,
  Picture,
} from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { nameApart } from '../../text/lora';
import { clean } from '../words/format';
import { Persisted, askToKeep, tabShelf, type Shelf } from '../settings/persisted.svelte';
import { isAddon, isUpscaler, isUsable, type UsableModel } from './entries';

export type Listing =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: DrobeError };

export type Installing =
  | { readonly kind: 'idle' }
  | ({
      readonly kind: 'running';
      readonly file: string;
      readonly number: number;
      readonly of: number;
      /** It can be drawn with already. */
      readonly usable: boolean;
    } & InstallProgress);

/** A file that could not be imported, or a model that could not be removed. */
export interface Failure {
  readonly file: string;
  readonly error: DrobeError;
}

/** What a person should know of a file that was imported. */
export type Remark =
  /** Another one has its name. */
  | { readonly kind: 'renamed'; readonly file: string; readonly name: string }
  /** It is there already. */
  | { readonly kind: 'again'; readonly file: string };

/** @param back it was chosen before, and nothing came of the one that took its place. */
type OnSelect = (model: UsableModel | null, back?: boolean) => void;

/** The checkpoints at hand: which there are, which one is chosen, what is being imported. */
export class Library {
  listing = $state.raw<Listing>({ kind: 'loading' });
  entries = $state.raw<readonly ModelEntry[]>([]);
  installing = $state.raw<Installing>({ kind: 'idle' });
  failures = $state.raw<readonly Failure[]>([]);
  remarks = $state.raw<readonly Remark[]>([]);
  /** `before`: what was chosen before a model that is still being imported, and is chosen again where nothing comes of it. */
  readonly choice: Persisted<{ id: string; before: string }>;
  /** Files that can be found again are used where they lie, and not copied. */
  readonly keeping: Persisted<{ inPlace: boolean }>;
  /** What can be drawn with, and what only has a problem to tell. */
  models = $derived(this.entries.filter((entry) => !isAddon(entry)));
  /** What can be added to a model. */
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
  #queue: LocalModel[] = [];
  #stop = new AbortController();

  constructor(engine: Remote<EngineApi>, onSelect: OnSelect, shelf: Shelf | null = tabShelf()) {
    this.#engine = engine;
    this.#onSelect = onSelect;
    this.choice = new Persisted('model', { id: '', before: '' }, (found) => found, shelf);
    this.keeping = new Persisted('keeping', { inPlace: false }, (found) => found, shelf);
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

  /** The model with this id, where there is one to draw with. */
  usable(id: string): UsableModel | null {
    return this.entries.filter(isUsable).find((entry) => entry.id === id) ?? null;
  }

  select(id: string): void {
    const entry = this.usable(id);
    if (!entry) return;
    this.choice.current = { id, before: '' };
    this.#onSelect(entry);
  }

  /** Its title; where two models have the same one, the file name too. */
  label(model: UsableModel): string {
    const { title } = model.facts;
    const twins = this.entries.filter((entry) => isUsable(entry) && entry.facts.title === title);
    return clean(title, 60) + (twins.length > 1 ? `, ${clean(model.file, 60)}` : '');
  }

  /**
   * Imports files one after the other, the parts of one model together; more may be added meanwhile. Each is chosen as soon
   * as it can be drawn with, which a checkpoint can before it is copied.
   */
  async install(found: readonly LocalFile[]): Promise<void> {
    const { models, refused, settings } = await this.#gather(found);
    this.#queue.push(...models);
    if (this.installing.kind === 'idle') this.failures = this.remarks = [];
    for (const { file, problem } of refused) this.#fail(file, new DrobeError(problem.code, problem.facts));
    for (const one of settings) await this.#annotate(one);
    if (this.installing.kind === 'running') {
      this.installing = { ...this.installing, of: this.installing.number + this.#queue.length };
      return;
    }
    void askToKeep();
    this.#stop = new AbortController();
    let number = 0;
    for (let model = this.#queue.shift(); model; model = this.#queue.shift()) {
      number++;
      const of = number + this.#queue.length;
      const { name: file, bytes: totalBytes } = model;
      this.installing = { kind: 'running', file, number, of, doneBytes: 0, totalBytes, usable: false };
      await this.#installOne(model);
    }
    this.installing = { kind: 'idle' };
  }

  /** Counts how much of each LoRA the chosen model uses. Where that fails nothing is said of it. */
  async countUses(): Promise<void> {
    const { id = '' } = this.selected ?? {};
    if (id === '' || this.loras.length === 0) return void (this.uses = null);
    const counted = await this.#engine
      .uses(new AbortController().signal, id)
      .next()
      .catch(() => null);
    if (this.selected?.id === id) this.uses = counted?.value ?? null;
  }

  /** Stops the file in work and forgets those that wait. */
  stopInstall(): void {
    this.#queue = [];
    this.#stop.abort();
  }

  /** The name for a file that comes: its own, or where something here has that, one like it. @param coming other names. */
  nameFor(file: string, coming: readonly string[] = []): string {
    const taken = [...this.entries.map((entry) => entry.file), ...coming].map(stemOf);
    const name = nameApart(stemOf(file), taken);
    return name === stemOf(file) ? file : name + ENDING;
  }

  /** All entries, with hashes that came to be known. */
  knowing(hashes: Picture['hashes']): readonly ModelEntry[] {
    if (this.entries.some(({ id, hashes: known }) => !known && hashes?.has(id)))
      this.entries = this.entries.map((entry) => {
        const found = hashes?.get(entry.id);
        return found ? { ...entry, hashes: found } : entry;
      });
    return this.entries;
  }

  /** Calls a model otherwise. @param name without the ending. @returns whether that worked. */
  async rename(entry: ModelEntry, name: string): Promise<ModelEntry | null> {
    const others = this.entries.filter(({ id }) => id !== entry.id).map(({ file }) => stemOf(file));
    const file = nameApart(name.replace(/[/\\]/g, '_').trim() || stemOf(entry.file), others) + ENDING;
    try {
      const { value } = await this.#engine.rename(new AbortController().signal, entry.id, file).next();
      this.entries = this.entries.map((other) => (other.id === entry.id ? value : other));
      if (this.choice.current.id === entry.id) this.select(entry.id);
      return value;
    } catch (thrown) {
      this.#fail(entry.file, thrown);
      return null;
    }
  }

  async remove(entry: ModelEntry): Promise<void> {
    try {
      await this.#engine.remove(new AbortController().signal, entry.id).next();
      this.entries = this.entries.filter((other) => other.id !== entry.id);
      if (this.choice.current.id === entry.id) this.#selectOrFirst();
    } catch (thrown) {
      this.#fail(entry.file, thrown);
    }
  }

  /** Asks the person whether files that are used in place may be read again; to be called from a click. */
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
      // Too long after the click to ask for more: whatever may not be read then says so.
    }
  }

  forget(remark: Remark): void {
    this.remarks = this.remarks.filter((other) => other !== remark);
  }

  dismiss(failure: Failure): void {
    this.failures = this.failures.filter((other) => other !== failure);
  }

  /** Where the engine fails at it, that is told of the first file. */
  async #gather(found: readonly LocalFile[]): Promise<Gathered> {
    try {
      return (await this.#engine.gather(new AbortController().signal, found).next()).value;
    } catch (thrown) {
      const { code, facts } = toDrobeError(thrown);
      return {
        models: [],
        settings: [],
        refused: [{ file: found[0]?.file.name ?? '', problem: { code, facts } }],
      };
    }
  }

  /** Has what was imported before be told by settings that come later. */
  async #annotate(settings: LocalFile): Promise<void> {
    try {
      const { value } = await this.#engine.annotate(new AbortController().signal, settings).next();
      for (const entry of value) this.add(entry);
    } catch (thrown) {
      this.#fail(settings.file.name, thrown);
    }
  }

  async #installOne(model: LocalModel): Promise<void> {
    const findable = model.layout.ranges.every(({ file }) => file.handle);
    const inPlace = this.keeping.current.inPlace && findable;
    const named = { ...model, name: this.nameFor(model.name) };
    const install = this.#engine[inPlace ? 'link' : 'install'](this.#stop.signal, named);
    let early: ModelEntry | undefined;
    try {
      for (;;) {
        const { done, value } = await install.next();
        if (done) return early?.id === value.id ? this.#arrived(value) : this.add(value, model.name);
        const { entry, ...progress } = value;
        if (entry) this.#arriving((early = entry), model.name);
        if (this.installing.kind === 'running')
          this.installing = { ...this.installing, ...progress, usable: early !== undefined };
      }
    } catch (thrown) {
      if (!isAbort(thrown)) this.#fail(model.name, thrown);
    } finally {
      if (early) this.#withdraw(early.id);
    }
  }

  /** It can be drawn with, and is chosen. */
  #arriving(entry: ModelEntry, file: string): void {
    const before = this.choice.current.id;
    this.add(entry, file);
    this.choice.current.before = before;
  }

  /** Its copy is there, in the place of the file. */
  #arrived(entry: ModelEntry): void {
    this.entries = this.entries.map((other) => (other.id === entry.id ? entry : other));
    if (this.choice.current.id === entry.id) this.select(entry.id);
  }

  /** Nothing came of it, where it is still arriving. */
  #withdraw(id: string): void {
    const others = this.entries.filter((entry) => entry.id !== id || entry.origin !== 'arriving');
    if (others.length === this.entries.length) return;
    this.entries = others;
    if (this.choice.current.id === id) this.#selectOrFirst([this.choice.current.before], true);
  }

  /** Lists one more, and chooses it. @param file what it was called where it came from, if it came from somewhere. */
  add(entry: ModelEntry, file?: string): void {
    const again = this.entries.some(({ id }) => id === entry.id);
    const renamed = file !== undefined && stemOf(entry.file) !== stemOf(file);
    if (again && file !== undefined) this.remarks = [...this.remarks, { kind: 'again', file: entry.file }];
    else if (renamed) this.remarks = [...this.remarks, { kind: 'renamed', file, name: entry.file }];
    this.entries = [...this.entries.filter((other) => other.id !== entry.id), entry];
    this.select(entry.id); // a LoRA is none to select, and stays unselected
  }

  #fail(file: string, thrown: unknown): void {
    this.failures = [...this.failures, { file, error: toDrobeError(thrown) }];
  }

  /** @param ids the one that is wanted most first. */
  #selectOrFirst(ids: readonly string[] = [], back = false): void {
    const wanted = ids.map((id) => this.usable(id)).find((entry) => entry !== null);
    const entry = wanted ?? this.entries.find(isUsable);
    this.choice.current = { id: entry?.id ?? '', before: '' };
    this.#onSelect(entry ?? null, back);
  }
}

const ENDING = '.safetensors';
const stemOf = (file: string): string => file.replace(/^.*\/|\.safetensors$/gi, '');
