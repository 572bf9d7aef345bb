import { untrack } from 'svelte';
import type { Backend, DeviceInfo, EngineApi, Notice } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { Changes } from '../controls/changes.svelte';
import { Album } from '../album/album.svelte';
import type { Result } from '../album/result';
import { askingNets, hintsBy } from '../control/net-hints';
import { Units } from '../control/units.svelte';
import type { UnitObstacle } from '../control/unit';
import type { Original } from '../files/picture';
import { Loans } from '../models/loans.svelte';
import type { UsableModel } from '../models/entries';
import type { Desk } from '../paint/desk';
import { Workplace } from '../paint/workplace.svelte';
import type { ReferenceObstacle } from '../reference/reference';
import { References } from '../reference/references.svelte';
import { Form } from '../settings/form.svelte';
import { boundToModel, defaultsOf, jobOf } from '../settings/job';
import { overruled, Overrules } from '../settings/overrules.svelte';
import type { Persisted } from '../settings/persisted.svelte';
import { PromptHistory } from '../settings/prompt/prompt-history.svelte';
import type { Mode, Obstacle, Settings } from '../settings/settings';
import { Styles } from '../styles/styles.svelte';
import { TokenCounter } from '../settings/prompt/tokens.svelte';
import { Drawing } from './drawing';
import { Larger } from './larger/larger.svelte';
import type { Here, Workshop } from './make';
import { Ordering } from './ordering.svelte';
import { Measured } from './measured.svelte';
import { isLowOnPower } from './power';
import { Queue } from './queue/queue.svelte';
import { netsAhead, Readiness } from './readiness.svelte';
import { Reuse } from './reuse.svelte';
import type { News } from '../run/news';
import type { Run } from '../run/run';
import { Runner } from '../run/runner.svelte';
import { drawnOver, sceneToSee } from './scene';
import { randomId, system, type System } from './system';
import { View } from './view.svelte';

/** The table where pictures are made: the settings, the run in work, the pictures so far. */
export class Studio {
  readonly form: Form;
  readonly settings: Persisted<Settings>;
  readonly measured: Measured;
  /** What was done last and can be taken back. */
  readonly changes = new Changes();
  readonly place: Workplace;
  /** The pictures that guide. */
  readonly units: Units;
  /** The pictures that are part of the prompt. */
  readonly references: References;
  readonly album: Album;
  /** Prompts that were drawn. */
  readonly history: PromptHistory;
  /** Words with a name, that are added to the prompts. */
  readonly styles: Styles;
  readonly tokens: TokenCounter;
  readonly loans: Loans;
  readonly view: View;
  readonly readiness: Readiness;
  readonly larger: Larger;
  /** What waits for the run in work to end. */
  readonly queue: Queue;
  readonly ordering: Ordering;
  readonly reuse: Reuse;
  readonly #runner: Runner;
  model = $state.raw<UsableModel | null>(null);
  device = $state.raw<DeviceInfo | null>(null);
  /** What stands in the way of a picture. */
  readonly obstacle = $derived.by((): Obstacle | UnitObstacle | ReferenceObstacle | null => {
    if (this.place.obstacle || !this.model) return this.place.obstacle;
    const [here, { facts }] = [this.#workshop.here(), this.model];
    return (
      this.units.obstacle(here, facts, this.source !== null) ?? this.references.obstacle(here, facts.family)
    );
  });
  /** Whether there is something to draw: at once, or after what is in work. */
  readonly canGenerate = $derived.by(() => this.model !== null && this.obstacle === null);
  /** What hints are made for as things stand; another one after every change. */
  readonly hintScene = $derived.by(() =>
    sceneToSee(this.place, this.settings.current, this.form.multiple, this.#workshop),
  );

  /** What tells the nets of the next picture, and their sizes, from others; empty where they are not opened ahead. */
  readonly #nets = $derived.by(() => {
    const { model, device, settings } = this;
    if (!model) return '';
    const { mode } = this.place;
    const guides = { controls: this.units.all, references: this.references.all };
    return netsAhead(model, device, settings.current, this.loans.of(model.id), { mode, ...guides });
  });
  readonly #ahead = $derived(this.run.kind === 'running' ? '' : this.#nets);

  #resumed = $state(false);
  /** Where nets will run is asked once more before that is answered: the last answer counts. */
  #asking = new AbortController();
  readonly #engine: Remote<EngineApi>;
  readonly #workshop: Workshop;
  readonly #overrules: Overrules;
  /** As the model before this one was left. */
  #left: ReturnType<typeof boundToModel> | null = null;

  /**
   * @param system where nothing is to be kept, without shelf and drawer.
   */
  constructor(
    engine: Remote<EngineApi>,
    here: Here,
    { shelf, common = null, drawer, now, seed, pictures, hints }: System = system,
  ) {
    this.#engine = engine;
    this.form = new Form(shelf, () => this.model?.facts.multiple ?? 8);
    this.place = new Workplace(shelf, pictures, this.form, () => this.model?.facts ?? null, this.changes);
    const ask = askingNets(engine, () => this.settings.current.backend);
    const hint = hintsBy(hints, ask, here);
    this.units = new Units({ ...pictures, hint }, this.changes);
    this.references = new References(pictures, this.changes);
    this.settings = this.form.settings;
    this.#overrules = new Overrules(shelf);
    this.measured = new Measured(this, here, shelf, common);
    this.album = new Album(drawer, this.changes, common);
    this.history = new PromptHistory(common);
    this.styles = new Styles(common, this.form, this.changes);
    this.tokens = new TokenCounter(engine);
    this.loans = new Loans(engine, shelf);
    this.readiness = new Readiness(engine, isLowOnPower);
    const lost = (): void => {
      this.readiness.opened('');
      void this.start();
    };
    this.#runner = new Runner(engine, now, (rate) => this.measured.read(rate), lost);
    this.view = new View(this.album, this.place, this.#runner);
    const { album, units, references } = this;
    const { source } = this.place;
    this.#workshop = {
      runner: this.#runner,
      album,
      source,
      units,
      references,
      scale: pictures.scale,
      now,
      here,
    };
    this.larger = new Larger(this, this.#workshop, this.#made);
    this.queue = new Queue(new Drawing(this, this.#workshop, this.#made), this.changes, randomId);
    this.#runner.followedBy(this.queue);
    this.ordering = new Ordering(this, this.#runner, this.queue, seed);
    this.reuse = new Reuse(this);
  }

  get run(): Run {
    return this.#runner.run;
  }

  get notices(): readonly Notice[] {
    return this.#runner.notices;
  }

  /** What is to be said of the run, or of what keeps it from beginning. */
  get news(): News | null {
    return this.#runner.news;
  }

  /** Which picture of how many is drawn, over all runs that follow each other. */
  get progress(): Runner['place'] {
    return this.#runner.place;
  }

  /** The picture that is drawn over, where one is. */
  get source(): Original | null {
    return drawnOver(this.place);
  }

  /** What is worked on, and what guides, as it is now; another one after every change. */
  get desk(): Desk {
    return { ...this.place.desk, controls: this.units.all, references: this.references.all };
  }

  /** Called in an effect, it remembers what is worked on a moment after that has changed. */
  rememberDesk(): (() => void) | undefined {
    const { desk } = this;
    return this.#resumed ? this.album.remember(desk) : undefined;
  }

  /** Called in an effect, it has the model got ready, a moment after it was chosen or its settings were changed. */
  getReady(): (() => void) | undefined {
    const nets = this.#ahead;
    if (nets === '') return undefined;
    return untrack(() => {
      const settings = $state.snapshot(this.settings.current);
      const job = jobOf({ ...settings, parts: this.loans.of(settings.model) }, null);
      const thrift = this.#runner.thriftOf(job);
      return this.readiness.for(nets, { ...job, ...(thrift && { thrift }) });
    });
  }

  /** Takes up the work where an earlier visit left it. */
  async resume(): Promise<void> {
    const desk = await this.album.open();
    // What was begun meanwhile is not cleared away.
    const guided = this.units.all.length > 0 || this.references.all.length > 0;
    const idle = this.place.mode === 'text' && !this.place.source.current && !guided;
    if (desk && idle) this.lay(desk);
    this.#resumed = true;
    this.queue.bringBack(await this.album.waits.open());
  }

  /** Lets nets run somewhere else from now on. */
  async runOn(backend: Backend): Promise<void> {
    this.settings.current.backend = backend;
    await this.start();
  }

  /** Asks where nets will run. Left unknown on failure: the first real call will tell what is wrong. */
  async start(): Promise<void> {
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    this.device = null;
    try {
      const { value } = await this.#engine.device(signal, this.settings.current.backend).next();
      if (!signal.aborted) this.device = value;
    } catch {
      // See above.
    }
  }

  /**
   * Works with another model from now on: its sizes, steps and sampler; prompt and seed stay.
   * @param back to the one before, as it was left: nothing came of the other one.
   */
  adopt(model: UsableModel | null, back = false): void {
    const before = this.model;
    this.model = model;
    if (!model) return;
    this.place.suitModel(model.facts);
    const { current } = this.settings;
    const other = current.model !== model.id;
    if (!other && before?.id === model.id) return; // more is known of it now, and somebody may be typing
    const left = back && this.#left?.model === model.id ? this.#left : null;
    if (other) {
      this.#left = $state.snapshot(boundToModel(current));
      const own = overruled(current, this.#overrules.of(model.id));
      this.form.take(left ?? { ...defaultsOf(model.facts), ...own, model: model.id });
    }
    if ((!before || other) && !left && this.place.mode !== 'text') this.place.suitSize();
    this.form.settleAll();
  }

  /** What the model predicts, and over which noise, whatever it says: from now on whenever it is chosen. */
  overrule(settings: Partial<Pick<Settings, 'prediction' | 'rare'>>): void {
    this.form.take(settings);
    this.#overrules.keep(this.settings.current.model, $state.snapshot(this.settings.current));
  }

  /** What to start from, from now on. */
  choose(mode: Mode): void {
    if (mode === this.place.mode) return;
    this.place.choose(mode);
    this.#runner.forget();
    if (this.place.source.current && this.place.inPart) this.view.showCanvas();
  }

  /**
   * Starts from the picture in this file from now on.
   * @param aside how many came with it and are left.
   */
  async startFrom(file: File, aside = 0): Promise<void> {
    this.place.choosePictureMode();
    const original = await this.place.source.read(file);
    if (!original) return;
    this.begin(original);
    this.place.source.aside = aside;
  }

  /** Starts from this result from now on; to draw it anew, at its own size. */
  edit({ itself }: Result): void {
    this.place.choosePictureMode();
    this.begin(itself);
    this.place.takeSizeOf(itself);
  }

  /** The candidate that is shown becomes the picture to go on with. */
  accept(): void {
    const { shown, candidates } = this.view;
    if (!shown || !candidates.includes(shown)) return;
    this.edit(shown);
    this.view.showCanvas();
  }

  dismiss(notice: Notice): void {
    this.#runner.dismiss(notice);
  }

  dismissFailure(): void {
    this.#runner.dismissFailure();
  }

  /** The run in work ends; what waits goes on. */
  cancel(): void {
    this.#runner.cancel();
  }

  /** Nothing is drawn any more. What waited can be brought back. */
  cancelAll(): void {
    this.queue.hold();
    this.queue.remove(this.queue.waiting);
    this.#runner.cancel();
  }

  press(): Promise<void> {
    return this.ordering.press();
  }

  generate(): Promise<void> {
    return this.ordering.generate();
  }

  readonly #made = (result: Result): void => {
    this.view.made(result);
    this.#runner.made(result);
    this.measured.drew(result);
  };

  /** Puts what was worked on back where it was. */
  lay(desk: Desk): void {
    this.place.lay(desk);
    this.units.lay(desk.controls ?? []);
    this.references.lay(desk.references);
    if (desk.original && this.place.inPart) this.view.showCanvas();
  }

  /** Another picture to work on. */
  begin(original: Original): void {
    this.place.take(original);
    if (this.place.inPart) this.view.showCanvas();
  }
}
