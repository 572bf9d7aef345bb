import { sidesOf, sizeLike } from '../canvas/crop';
import { frameBounds, marginsOf, type Margins } from '../canvas/frame';
import { isAbort, toDrobeError } from '../errors';
import type {
  Backend,
  DeviceInfo,
  EngineApi,
  ModelEntry,
  ModelFacts,
  Notice,
  Pixels,
  Source,
} from '../engine/api';
import type { Remote } from '../engine/rpc';
import { MaskBoard } from './board.svelte';
import { Form } from './form.svelte';
import { Frame } from './frame.svelte';
import { Pace } from './pace';
import { localShelf, Persisted, type Shelf } from './persisted.svelte';
import type { Original } from './picture';
import { placeOf, resultOf, type Making, type Result } from './result';
import { follow, persistent, type Run, type Running } from './run';
import {
  defaultsOf,
  jobOf,
  maxSeed,
  modesOf,
  rangeOf,
  type Mode,
  type Obstacle,
  type Settings,
} from './settings';
import { SourcePicture, pictures } from './source.svelte';
import { Viewport } from './viewport.svelte';
import { inpaintBounds, planOf, workFor, type Plan } from './work';

export type UsableModel = ModelEntry & { readonly facts: ModelFacts };

/** How many pictures of this visit are kept in memory. */
const kept = 40;

const unmeasured = { webgpu: 0, wasm: 0 };

const system = {
  shelf: localShelf(),
  pictures,
  now: () => performance.now(),
  seed: () => crypto.getRandomValues(new Uint32Array(1))[0]!, // an array of one
};

/** The table where pictures are made: the settings, the run in work, the pictures so far. */
export class Studio {
  readonly form: Form;
  readonly settings: Persisted<Settings>;
  /** Bytes of weights a second that were last read, by where nets ran; 0 where none were. */
  readonly rates: Persisted<Record<DeviceInfo['backend'], number>>;
  readonly source: SourcePicture;
  readonly board: MaskBoard;
  readonly viewport = new Viewport();
  readonly frame = new Frame();
  mode = $state<Mode>('text');
  model = $state.raw<UsableModel | null>(null);
  run = $state.raw<Run>({ kind: 'idle' });
  notices = $state.raw<readonly Notice[]>([]);
  results = $state.raw<readonly Result[]>([]);
  /** Null: the canvas, to be painted on. */
  shown = $state.raw<Result | null>(null);
  device = $state.raw<DeviceInfo | null>(null);
  /** What was made of the picture in work, oldest first: one of them may take its place. */
  candidates = $derived(
    this.mode === 'text'
      ? []
      : this.results.filter(({ original }) => original && original === this.source.current).toReversed(),
  );
  obstacle = $derived.by((): Obstacle | null => {
    if (this.model && !modesOf(this.model.facts).includes(this.mode)) {
      return this.mode === 'instruct' ? 'no-instruct' : 'only-instruct';
    }
    if (this.mode === 'text') return null;
    if (!this.source.current) return 'no-picture';
    if (this.mode === 'outpaint') return this.frame.isOpen ? null : 'no-margin';
    if (this.mode !== 'inpaint') return null;
    if (this.settings.current.maskMode === 'rest') return this.board.isFull ? 'all-kept' : null;
    return this.board.bounds ? null : 'no-mask';
  });
  /** Which part of the picture will be drawn, and how large; null while there is nothing to do. */
  plan = $derived.by((): Plan | null => {
    const original = this.source.current;
    const settings = this.settings.current;
    if (!original) return null;
    const sides = sidesOf(this.#multiple);
    if (this.mode === 'outpaint') {
      const bounds = frameBounds(original, this.frame.margins, settings.feather);
      return this.frame.isOpen ? planOf(bounds, this.frame.around(original), settings, sides) : null;
    }
    const bounds = this.mode === 'inpaint' ? inpaintBounds(this.board.bounds, original, settings) : null;
    return bounds && planOf(bounds, original, settings, sides);
  });
  canGenerate = $derived(this.model !== null && this.run.kind !== 'running' && this.obstacle === null);

  readonly #engine: Remote<EngineApi>;
  readonly #pictures: typeof pictures;
  readonly #now: () => number;
  readonly #seed: () => number;
  #stop = new AbortController();
  #made = 0;

  constructor(
    engine: Remote<EngineApi>,
    { shelf, now, seed, pictures }: Omit<typeof system, 'shelf'> & { shelf: Shelf | null } = system,
  ) {
    this.source = new SourcePicture(pictures);
    this.board = new MaskBoard(shelf, pictures.readMask);
    this.#engine = engine;
    this.#pictures = pictures;
    this.#now = now;
    this.#seed = seed;
    this.form = new Form(shelf, () => this.#multiple);
    this.settings = this.form.settings;
    this.rates = new Persisted('rates', unmeasured, (found) => found, shelf);
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
    if (other) this.form.take({ ...defaultsOf(model.facts), model: model.id });
    if (!modesOf(model.facts).includes(this.mode)) {
      this.mode = this.mode === 'instruct' && this.source.current ? 'image' : modesOf(model.facts)[0];
    }
    if ((first || other) && this.mode !== 'text') this.suitSize();
    this.form.settleAll();
  }

  /** What to start from, from now on. */
  choose(mode: Mode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    if (mode === 'text') return;
    this.suitSize();
    if (this.source.current && (mode === 'inpaint' || mode === 'outpaint')) this.showCanvas();
  }

  /** Starts from the picture in this file from now on. */
  async startFrom(file: File): Promise<void> {
    this.mode = this.#pictureMode;
    const original = await this.source.read(file);
    if (original) this.#begin(original);
  }

  /** Starts from this result from now on; to draw it anew, at its own size. */
  edit({ itself }: Result): void {
    this.mode = this.#pictureMode;
    this.source.take(itself);
    this.#begin(itself);
    const { max } = rangeOf('width', this.#multiple);
    if (this.mode === 'image' && Math.max(itself.width, itself.height) <= max) {
      this.form.take({ width: itself.width, height: itself.height });
      this.form.settleAll();
    }
  }

  /** Pulls the frame beyond the picture's edges; the size to draw follows. */
  pull(margins: Partial<Margins>): void {
    this.frame.pull(margins);
    this.suitSize();
  }

  /** The candidate that is shown becomes the picture to go on with. */
  accept(): void {
    const { shown } = this;
    if (!shown || !this.candidates.includes(shown)) return;
    this.edit(shown);
    this.showCanvas();
  }

  /** The candidate that is shown is thrown away. */
  discard(): void {
    const { shown, candidates } = this;
    const place = shown ? candidates.indexOf(shown) : -1;
    if (!shown || place < 0) return;
    this.results = this.results.filter((other) => other !== shown);
    this.shown = this.candidates[Math.min(place, this.candidates.length - 1)] ?? null;
    URL.revokeObjectURL(shown.url);
  }

  /** The candidate before (−1) or after (1) the one that is shown, in a ring. */
  leaf(by: 1 | -1): void {
    const { candidates } = this;
    if (!candidates.length || this.run.kind === 'running') return;
    const place = this.shown ? candidates.indexOf(this.shown) : -1;
    const next = place < 0 ? (by > 0 ? 0 : candidates.length - 1) : place + by + candidates.length;
    this.shown = candidates[next % candidates.length]!; // there are some
  }

  reuseSeed(): void {
    if (this.shown) this.form.take({ seed: this.shown.job.seed, freshSeed: false });
  }

  /** Takes over everything that made the shown picture, except the model. */
  reuseSettings(): void {
    if (!this.shown) return;
    const { settings, mode, original, place, itself } = this.shown;
    const { model, backend, count } = this.settings.current;
    this.mode = mode;
    if (original && original !== this.source.current) {
      this.source.take(original);
      this.#begin(original);
    }
    if (mode === 'outpaint' && place) this.frame.pull(marginsOf(place, itself));
    this.form.take({ ...settings, model, backend, count, freshSeed: false });
    this.form.settleAll();
  }

  show(result: Result): void {
    this.shown = result;
    this.dismissFailure();
  }

  /** Back from a candidate to the picture that is worked on. */
  showCanvas(): void {
    this.shown = null;
    this.dismissFailure();
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
    this.form.settleAll();
    if (this.settings.current.freshSeed) this.settings.current.seed = Math.min(this.#seed(), maxSeed);
    const settings = $state.snapshot(this.settings.current);
    const { mode } = this;
    const { margins } = this.frame;
    const mask = this.board.copy(); // what is painted from now on is for the next run
    const original = mode === 'text' ? null : this.source.current;
    const place = original && placeOf(mode, original, settings, margins);
    const making = { mode, original, place, model: model.facts.title };

    this.#stop = new AbortController();
    this.notices = [];
    this.#tell({ job: jobOf(settings, null), number: 1, of: settings.count });
    try {
      const { size, source, finish } = await workFor(mode, original, settings, {
        mask,
        margins,
        draw: (of, at) => this.source.drawn(of, at),
        scale: this.#pictures.scale,
        sides: sidesOf(this.#multiple),
      });
      for (let i = 0; i < settings.count; i++) {
        this.#stop.signal.throwIfAborted();
        // A1111's way: each picture of a batch has the seed after the one before.
        const own = { ...settings, ...size, seed: (settings.seed + i) % (maxSeed + 1) };
        const result = await this.#draw({ ...making, settings: own }, source, finish, i + 1);
        this.run = { kind: 'done', result };
      }
    } catch (thrown) {
      this.run = isAbort(thrown)
        ? { kind: 'idle' }
        : { kind: 'failed', error: toDrobeError(thrown), file: model.file };
    }
  }

  /** One picture of a run. */
  async #draw(
    making: Making,
    source: Source | null,
    finish: (drawn: Pixels) => Promise<Pixels>,
    number: number,
  ): Promise<Result> {
    const start = this.#now();
    const job = jobOf(making.settings, source);
    const pace = new Pace();
    this.#tell({ job, number, of: making.settings.count });
    const picture = await follow(
      persistent((known) => this.#engine.generate(this.#stop.signal, { ...job, known })),
      this.#now,
      (progress, left) => {
        if (this.run.kind !== 'running') return;
        const rate = pace.see(progress, this.#now);
        if (rate !== null && this.device) this.rates.current[this.device.backend] = rate;
        if (progress.kind === 'notice') {
          this.notices = [...this.notices, progress.notice];
        } else {
          const preview = (progress.kind === 'step' && progress.preview) || this.run.preview;
          this.run = { ...this.run, stage: progress, preview, left };
        }
      },
    );
    const whole = { ...picture, ...(await finish(picture)) };
    const took = this.#now() - start;
    return this.#keep(await resultOf(whole, { ...making, number: ++this.#made, took }));
  }

  #tell(about: Pick<Running, 'job' | 'number' | 'of'>): void {
    const stopping = this.run.kind === 'running' && this.run.stopping;
    this.run = { kind: 'running', stage: null, preview: null, left: null, stopping, ...about };
  }

  #keep(result: Result): Result {
    for (const old of this.results.slice(kept - 1)) URL.revokeObjectURL(old.url);
    this.results = [result, ...this.results.slice(0, kept - 1)];
    this.shown = result;
    return result;
  }

  /** Another picture to work on: nothing of it is masked, and no frame goes beyond it. */
  #begin(original: Original): void {
    this.board.open(original);
    this.viewport.open(original);
    this.frame.close();
    if (this.mode === 'inpaint' || this.mode === 'outpaint') this.showCanvas();
    this.suitSize();
  }

  /** Takes a size that has the shape of what is worked on and that the model draws well. */
  suitSize(): void {
    const original = this.source.current;
    if (!original || !this.model) return;
    const { width, height } = this.model.facts.defaults;
    const own = this.mode === 'outpaint' ? this.frame.around(original) : original;
    const inPart = this.mode === 'inpaint' || this.mode === 'outpaint';
    const sizes = { ...rangeOf('width', this.#multiple), area: width * height };
    this.form.take(
      inPart && this.settings.current.area === 'masked' ? { width, height } : sizeLike(own, sizes),
    );
  }

  /** The mode in which a picture is worked on: the one that is chosen, where it is one and the model can. */
  get #pictureMode(): Mode {
    const able = this.model ? modesOf(this.model.facts) : (['image'] as const);
    if (this.mode !== 'text' && able.some((mode) => mode === this.mode)) return this.mode;
    return able.find((mode) => mode !== 'text' && mode !== 'outpaint') ?? 'image';
  }

  get #multiple(): number {
    return this.model?.facts.multiple ?? 8;
  }
}
