import { sidesOf, sizeLike } from '../../canvas/crop';
import { frameBounds, marginsOf, type Margins } from '../../canvas/frame';
import type { Backend, DeviceInfo, EngineApi, Notice } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { Album } from '../album/album.svelte';
import { MaskBoard } from '../paint/board.svelte';
import { Drawer, type Desk, type Errand, type Unfinished } from '../album/drawer';
import { Form } from '../settings/form.svelte';
import { Frame } from '../paint/frame.svelte';
import type { UsableModel } from '../models/library.svelte';
import { localShelf, Persisted, type Shelf } from '../settings/persisted.svelte';
import type { Original } from '../files/picture';
import { make, type Workshop } from './make';
import type { Result } from '../album/result';
import type { Run } from './run';
import { Runner } from './runner.svelte';
import {
  defaultsOf,
  initial,
  maxSeed,
  mend,
  modesOf,
  rangeOf,
  type Mode,
  type Obstacle,
  type Settings,
} from '../settings/settings';
import { SourcePicture, pictures } from '../paint/source.svelte';
import { Viewport } from '../paint/viewport.svelte';
import { inpaintBounds, planOf, type Plan } from '../paint/work';

/** Milliseconds without a change, and the desk is remembered. */
const SOON = 400;

const unmeasured = { webgpu: 0, wasm: 0 };

const system = {
  shelf: localShelf(),
  drawer: new Drawer(),
  pictures,
  now: () => performance.now(),
  seed: () => crypto.getRandomValues(new Uint32Array(1))[0]!, // an array of one
};

type System = Omit<typeof system, 'shelf' | 'drawer'> & {
  readonly shelf: Shelf | null;
  readonly drawer: Drawer | null;
};

/** The table where pictures are made: the settings, the run in work, the pictures so far. */
export class Studio {
  readonly form: Form;
  readonly settings: Persisted<Settings>;
  /** Bytes of weights a second that were last read, by where nets ran; 0 where none were. */
  readonly rates: Persisted<Record<DeviceInfo['backend'], number>>;
  readonly source: SourcePicture;
  readonly board: MaskBoard;
  readonly album: Album;
  readonly viewport = new Viewport();
  readonly frame = new Frame();
  readonly #runner: Runner;
  mode = $state<Mode>('text');
  model = $state.raw<UsableModel | null>(null);
  /** Null: the canvas, to be painted on. */
  shown = $state.raw<Result | null>(null);
  device = $state.raw<DeviceInfo | null>(null);
  /** What was made of the picture in work, oldest first: one of them may take its place. */
  candidates = $derived.by(() => {
    const original = this.mode === 'text' ? null : this.source.current;
    return this.album.results.filter((result) => original && result.original === original).toReversed();
  });
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

  #resumed = $state(false);
  readonly #engine: Remote<EngineApi>;
  readonly #workshop: Workshop;
  readonly #seed: () => number;

  /** @param system where nothing is to be kept, without shelf and drawer. */
  constructor(engine: Remote<EngineApi>, { shelf, drawer, now, seed, pictures }: System = system) {
    this.source = new SourcePicture(pictures);
    this.board = new MaskBoard(shelf, pictures.readMask);
    this.#engine = engine;
    this.#seed = seed;
    this.form = new Form(shelf, () => this.#multiple);
    this.settings = this.form.settings;
    this.rates = new Persisted('rates', unmeasured, (found) => found, shelf);
    this.album = new Album(drawer);
    this.#runner = new Runner(engine, now, (rate) => {
      if (this.device) this.rates.current[this.device.backend] = rate;
    });
    const { album, source } = this;
    this.#workshop = { runner: this.#runner, album, source, scale: pictures.scale, now };
  }

  get run(): Run {
    return this.#runner.run;
  }

  get notices(): readonly Notice[] {
    return this.#runner.notices;
  }

  /** What is worked on, as it is now; another one after every change. */
  get desk(): Desk {
    const { mode } = this;
    const original = this.source.current;
    const mask = original && this.board.bounds ? this.board.copy() : null;
    return { mode, original, mask, margins: this.frame.margins };
  }

  /** Called in an effect, it remembers what is worked on a moment after that has changed. */
  rememberDesk(): (() => void) | undefined {
    const { desk } = this;
    if (!this.#resumed) return undefined;
    const soon = setTimeout(() => void this.album.saveDesk(desk), SOON);
    return () => clearTimeout(soon);
  }

  /** Takes up the work where an earlier visit left it. */
  async resume(): Promise<void> {
    const desk = await this.album.open();
    // What was begun meanwhile is not cleared away.
    if (desk && this.mode === 'text' && !this.source.current) this.#lay(desk);
    this.#resumed = true;
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

  /** The picture that is shown is thrown away; of candidates, the next one is shown. */
  async discard(): Promise<void> {
    const { shown, candidates } = this;
    if (!shown) return;
    const place = candidates.indexOf(shown);
    const removed = this.album.remove([shown]);
    this.shown = place < 0 ? null : (this.candidates[Math.min(place, this.candidates.length - 1)] ?? null);
    await removed;
  }

  /** All pictures are thrown away. */
  async clear(): Promise<void> {
    this.shown = null;
    await this.album.remove(this.album.results);
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
    this.#runner.dismiss(notice);
  }

  dismissFailure(): void {
    this.#runner.dismissFailure();
  }

  cancel(): void {
    this.#runner.cancel();
  }

  async generate(): Promise<void> {
    if (!this.canGenerate) return;
    this.form.settleAll();
    if (this.settings.current.freshSeed) this.settings.current.seed = Math.min(this.#seed(), maxSeed);
    // A copy: what is painted from now on is for the next run.
    await this.#make({ settings: $state.snapshot(this.settings.current), desk: this.desk });
  }

  /** Goes on with a run that was in work when its page went. Its model must have been adopted. */
  async goOn(unfinished: Unfinished): Promise<void> {
    if (this.run.kind === 'running') return;
    this.#lay(unfinished.desk);
    this.form.take(mend({ ...initial, ...unfinished.settings }));
    await this.#make({ settings: $state.snapshot(this.settings.current), desk: this.desk }, unfinished);
  }

  async #make(errand: Errand, before?: Unfinished): Promise<void> {
    const { model } = this;
    if (!model) return;
    await make(
      errand,
      model,
      this.#workshop,
      (result) => {
        this.shown = result;
        this.#runner.done(result);
      },
      before,
    );
  }

  /** Puts what was worked on back where it was. */
  #lay({ mode, original, mask, margins }: Desk): void {
    this.mode = mode;
    this.source.take(original);
    if (!original) return;
    this.#begin(original);
    if (mask) this.board.take(mask);
    this.frame.pull(margins);
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
