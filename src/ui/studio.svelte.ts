import { sizeLike } from '../canvas/crop';
import { isAbort, toDrobeError, type DrobeError } from '../errors';
import type {
  Backend,
  DeviceInfo,
  EngineApi,
  Job,
  ModelEntry,
  ModelFacts,
  Notice,
  Picture,
  Pixels,
  Progress,
} from '../engine/api';
import type { Remote } from '../engine/rpc';
import { Persisted, localShelf, type Shelf } from './persisted.svelte';
import { resultOf, type Result } from './result';
import {
  defaultsOf,
  initial,
  jobOf,
  maxSeed,
  mend,
  modesOf,
  rangeOf,
  settle,
  sourceOf,
  type Mode,
  type NumberName,
  type Obstacle,
  type Settings,
} from './settings';
import { SourcePicture, pictures } from './source.svelte';

export type UsableModel = ModelEntry & { readonly facts: ModelFacts };
export type Stage = Exclude<Progress, { kind: 'notice' }>;

export type Run =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running';
      readonly job: Job;
      readonly stage: Stage | null;
      readonly preview: Pixels | null;
      /** Milliseconds still to go, once two steps have been measured. */
      readonly left: number | null;
      readonly stopping: boolean;
    }
  | { readonly kind: 'failed'; readonly error: DrobeError; readonly file: string }
  | { readonly kind: 'done'; readonly result: Result };

/** How many pictures of this visit are kept in memory. */
const kept = 40;

const system = {
  shelf: localShelf(),
  pictures,
  now: () => performance.now(),
  seed: () => crypto.getRandomValues(new Uint32Array(1))[0]!, // an array of one
};

/** The table where pictures are made: the settings, the run in work, the pictures so far. */
export class Studio {
  readonly settings: Persisted<Settings>;
  readonly source: SourcePicture;
  mode = $state<Mode>('text');
  model = $state.raw<UsableModel | null>(null);
  run = $state.raw<Run>({ kind: 'idle' });
  notices = $state.raw<readonly Notice[]>([]);
  results = $state.raw<readonly Result[]>([]);
  shown = $state.raw<Result | null>(null);
  device = $state.raw<DeviceInfo | null>(null);
  /** A few words beside a number that was changed on its way into range. */
  hints = $state.raw<Partial<Record<NumberName, string>>>({});
  obstacle = $derived.by((): Obstacle | null => {
    if (this.model && !modesOf(this.model.facts).includes(this.mode)) {
      return this.mode === 'instruct' ? 'no-instruct' : 'only-instruct';
    }
    return this.mode !== 'text' && this.source.current === null ? 'no-picture' : null;
  });
  canGenerate = $derived(this.model !== null && this.run.kind !== 'running' && this.obstacle === null);

  readonly #engine: Remote<EngineApi>;
  readonly #now: () => number;
  readonly #seed: () => number;
  #stop = new AbortController();
  #made = 0;

  constructor(
    engine: Remote<EngineApi>,
    { shelf, now, seed, pictures }: Omit<typeof system, 'shelf'> & { shelf: Shelf | null } = system,
  ) {
    this.source = new SourcePicture(pictures);
    this.#engine = engine;
    this.#now = now;
    this.#seed = seed;
    this.settings = new Persisted('settings', initial, mend, shelf);
  }

  /** Lets nets run somewhere else from now on. */
  async runOn(backend: Backend): Promise<void> {
    this.settings.current.backend = backend;
    await this.start();
  }

  /** Asks where nets will run. Left unknown on failure: the first real call will tell what is wrong. */
  async start(): Promise<void> {
    this.device = null;
    try {
      const wish = this.settings.current.backend;
      const { value } = await this.#engine.device(new AbortController().signal, wish).next();
      this.device = value;
    } catch {
      this.device = null;
    }
  }

  /** Works with another model from now on: its sizes, steps and sampler; prompt and seed stay. */
  adopt(model: UsableModel | null): void {
    const first = this.model === null;
    this.model = model;
    if (!model) return;
    const other = this.settings.current.model !== model.id;
    if (other) {
      Object.assign(this.settings.current, defaultsOf(model.facts), { model: model.id });
      this.hints = {};
    }
    if (!modesOf(model.facts).includes(this.mode)) {
      this.mode = this.mode === 'instruct' && this.source.current ? 'image' : modesOf(model.facts)[0];
    }
    if ((first || other) && this.mode !== 'text') this.#suitSource();
    this.settleAll();
  }

  /** Starts from the picture in this file from now on. */
  async startFrom(file: File): Promise<void> {
    this.mode = this.#pictureMode;
    if (await this.source.read(file)) this.#suitSource();
  }

  /** Starts from this result from now on, at its own size. */
  edit({ itself }: Result): void {
    this.mode = this.#pictureMode;
    this.source.take(itself);
    Object.assign(this.settings.current, { width: itself.width, height: itself.height });
    this.hints = {};
    this.settleAll();
  }

  /** Brings a typed number into range, and says so beside it. Anything but a number leaves the old value. */
  commit(name: NumberName, typed: number): void {
    const now = this.settings.current;
    const { value, hint } = settle(name, Number.isFinite(typed) ? typed : now[name], this.#multiple);
    now[name] = value;
    this.hints = { ...this.hints, [name]: hint };
  }

  /** A number while it is being typed, not yet brought into range. */
  type(name: NumberName, typed: number): void {
    this.hints = { ...this.hints, [name]: '' };
    if (Number.isFinite(typed)) this.settings.current[name] = typed;
    if (name === 'seed') this.settings.current.freshSeed = false;
  }

  /** Commits what was typed but not left, and what a change of model has put out of range. */
  settleAll(): void {
    for (const name of ['width', 'height', 'steps', 'guidance', 'seed'] as const) {
      const typed = this.settings.current[name];
      if (settle(name, typed, this.#multiple).value !== typed) this.commit(name, typed);
    }
  }

  swapSize(): void {
    const now = this.settings.current;
    [now.width, now.height] = [now.height, now.width];
  }

  reuseSeed(): void {
    if (this.shown) Object.assign(this.settings.current, { seed: this.shown.job.seed, freshSeed: false });
  }

  /** Takes over everything that made the shown picture, except the model. */
  reuseSettings(): void {
    if (!this.shown) return;
    const { job, original } = this.shown;
    const { source, ...settings } = job;
    const { model, backend } = this.settings.current;
    Object.assign(this.settings.current, settings, { model, backend, freshSeed: false });
    if (source?.kind === 'image') this.settings.current.strength = source.strength;
    if (source?.kind === 'instruct') this.settings.current.imageGuidance = source.imageGuidance;
    this.mode = source?.kind ?? 'text';
    if (original) this.source.take(original);
    this.settleAll();
  }

  show(result: Result): void {
    this.shown = result;
    if (this.run.kind === 'failed') this.run = { kind: 'idle' };
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((other) => other !== notice);
  }

  dismissFailure(): void {
    if (this.run.kind === 'failed') this.run = { kind: 'idle' };
  }

  cancel(): void {
    if (this.run.kind !== 'running') return;
    this.run = { ...this.run, stopping: true };
    this.#stop.abort();
  }

  async generate(): Promise<void> {
    const { model } = this;
    if (!model || !this.canGenerate) return;
    this.settleAll();
    if (this.settings.current.freshSeed) this.settings.current.seed = Math.min(this.#seed(), maxSeed);
    const settings = $state.snapshot(this.settings.current);
    const { mode } = this;
    const original = mode === 'text' ? null : this.source.current;

    const start = this.#now();
    this.#stop = new AbortController();
    this.notices = [];
    this.run = {
      kind: 'running',
      job: jobOf(settings, null),
      stage: null,
      preview: null,
      left: null,
      stopping: false,
    };
    try {
      const { signal } = this.#stop;
      const pixels = original && (await this.source.drawn(original, settings));
      signal.throwIfAborted();
      const job = jobOf(settings, pixels && sourceOf(mode, pixels, settings));
      const picture = await this.#follow(this.#engine.generate(signal, job));
      // The engine's copy of the source need not be kept beside ours.
      const own = { ...picture, job: { ...picture.job, source: job.source } };
      const took = this.#now() - start;
      const about = { number: ++this.#made, original, model: model.facts.title, took };
      this.run = { kind: 'done', result: this.#keep(await resultOf(own, about)) };
    } catch (thrown) {
      this.run = isAbort(thrown)
        ? { kind: 'idle' }
        : { kind: 'failed', error: toDrobeError(thrown), file: model.file };
    }
  }

  /** Pulls a run to its end and tells how far it is. */
  async #follow(pulled: AsyncGenerator<Progress, Picture, void>): Promise<Picture> {
    const times: number[] = [];
    for (;;) {
      const { done, value } = await pulled.next();
      if (done) return value;
      if (this.run.kind !== 'running') continue;
      if (value.kind === 'notice') {
        this.notices = [...this.notices, value.notice];
      } else if (value.kind === 'step') {
        times.push(this.#now());
        const preview = value.preview ?? this.run.preview;
        this.run = { ...this.run, stage: value, preview, left: timeLeft(times, value.steps - value.step) };
      } else {
        this.run = { ...this.run, stage: value, left: null };
      }
    }
  }

  #keep(result: Result): Result {
    for (const old of this.results.slice(kept - 1)) URL.revokeObjectURL(old.url);
    this.results = [result, ...this.results.slice(0, kept - 1)];
    this.shown = result;
    return result;
  }

  /** Takes a size that has the shape of the source and that the model draws well. */
  #suitSource(): void {
    const original = this.source.current;
    if (!original || !this.model) return;
    const { width, height } = this.model.facts.defaults;
    const sizes = { ...rangeOf('width', this.#multiple), area: width * height };
    Object.assign(this.settings.current, sizeLike(original, sizes));
    this.hints = {};
  }

  /** The mode in which this model begins with a picture. */
  get #pictureMode(): Mode {
    return this.model?.facts.kind === 'instruct' ? 'instruct' : 'image';
  }

  get #multiple(): number {
    return this.model?.facts.multiple ?? 8;
  }
}

/** From the times at which steps were done: the mean step, times those to come. The first warms up and counts not. */
function timeLeft(times: readonly number[], steps: number): number | null {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || times.length < 2) return null;
  return ((last - first) / (times.length - 1)) * steps;
}
