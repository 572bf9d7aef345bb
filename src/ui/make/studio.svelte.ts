import type { EngineApi, Notice } from '../../engine/api';
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
import type { Inputs } from '../paint/inputs';
import { Workplace } from '../paint/workplace.svelte';
import type { ReferenceObstacle } from '../reference/reference';
import { References } from '../reference/references.svelte';
import { Form } from '../settings/form.svelte';
import type { Persisted } from '../settings/persisted.svelte';
import { PromptHistory } from '../settings/prompt/prompt-history.svelte';
import type { Mode, Obstacle, Settings } from '../settings/settings';
import { Styles } from '../styles/styles.svelte';
import { TokenCounter } from '../settings/prompt/tokens.svelte';
import { ChosenModel } from './chosen.svelte';
import { Device } from './device.svelte';
import { Drawing } from './drawing';
import { Larger } from './larger/larger.svelte';
import type { ListModels, RunTools } from './make';
import { Ordering } from './ordering.svelte';
import { Measured } from './measured.svelte';
import { NextPicture } from './next-picture.svelte';
import { isLowOnPower } from './power';
import { Queue } from './queue/queue.svelte';
import { Readiness } from './readiness.svelte';
import { Reuse } from './reuse.svelte';
import type { News } from '../run/news';
import type { Run } from '../run/run';
import { Runner } from '../run/runner.svelte';
import { drawnOver, sceneToSee } from './scene';
import { randomId, system, type System } from './system';
import { View } from './view.svelte';

/** Everything that pictures are made with, and what ties it together: settings, source, runs, the pictures so far. */
export class Studio {
  readonly device: Device;
  readonly chosen: ChosenModel;
  readonly form: Form;
  readonly settings: Persisted<Settings>;
  readonly measured: Measured;
  /** What can be undone. */
  readonly changes = new Changes();
  readonly place: Workplace;
  /** The pictures that guide. */
  readonly units: Units;
  /** The pictures that are part of the prompt. */
  readonly references: References;
  readonly album: Album;
  /** Prompts of earlier runs. */
  readonly history: PromptHistory;
  /** Named words that are added to prompts. */
  readonly styles: Styles;
  readonly tokens: TokenCounter;
  readonly loans: Loans;
  readonly view: View;
  readonly readiness: Readiness;
  readonly next: NextPicture;
  readonly larger: Larger;
  /** Runs that wait for the current one to end. */
  readonly queue: Queue;
  readonly ordering: Ordering;
  readonly reuse: Reuse;
  readonly #runner: Runner;
  /** Why nothing can be drawn as things stand; null where it can, or no model is chosen. */
  readonly obstacle = $derived.by((): Obstacle | UnitObstacle | ReferenceObstacle | null => {
    if (this.place.obstacle || !this.model) return this.place.obstacle;
    const [atHand, { facts }] = [this.#tools.listModels(), this.model];
    return (
      this.units.obstacle(atHand, facts, this.source !== null) ??
      this.references.obstacle(atHand, facts.family)
    );
  });
  /** Whether Generate can be pressed: to draw at once, or to add to the queue. */
  readonly canGenerate = $derived.by(() => this.model !== null && this.obstacle === null);
  /** What a hint would be made for now; a new object after every change. */
  readonly hintScene = $derived.by(() =>
    sceneToSee(this.place, this.settings.current, this.form.multiple, this.#tools),
  );

  #resumed = $state(false);
  readonly #tools: RunTools;

  /** @param system what it needs of the browser; without storage and database nothing is kept. */
  constructor(
    engine: Remote<EngineApi>,
    listModels: ListModels,
    { storage, common = null, database, now, seed, pictures, hints }: System = system,
  ) {
    this.form = new Form(storage, () => this.model?.facts.multiple ?? 8);
    this.place = new Workplace(storage, pictures, this.form, () => this.model?.facts ?? null, this.changes);
    const ask = askingNets(engine, () => this.settings.current.backend);
    const hint = hintsBy(hints, ask, listModels);
    this.units = new Units({ ...pictures, hint }, this.changes);
    this.references = new References(pictures, this.changes);
    this.settings = this.form.settings;
    this.chosen = new ChosenModel(this, storage);
    this.device = new Device(engine, this.settings);
    this.measured = new Measured(this, listModels, storage, common);
    this.album = new Album(database, this.changes, common);
    this.history = new PromptHistory(common);
    this.styles = new Styles(common, this.form, this.changes);
    this.tokens = new TokenCounter(engine);
    this.loans = new Loans(engine, storage);
    this.readiness = new Readiness(engine, isLowOnPower);
    const lost = (): void => {
      this.readiness.opened('');
      void this.device.ask();
    };
    this.#runner = new Runner(engine, now, (rate) => this.measured.read(rate), lost);
    this.view = new View(this.album, this.place, this.#runner);
    this.next = new NextPicture(this, this.#runner);
    const { album, units, references } = this;
    const { source } = this.place;
    this.#tools = {
      runner: this.#runner,
      album,
      source,
      units,
      references,
      scale: pictures.scale,
      now,
      listModels,
    };
    this.larger = new Larger(this, this.#tools, this.#made);
    this.queue = new Queue(new Drawing(this, this.#tools, this.#made), this.changes, randomId);
    this.#runner.followedBy(this.queue);
    this.ordering = new Ordering(this, this.#runner, this.queue, seed);
    this.reuse = new Reuse(this);
  }

  get model(): UsableModel | null {
    return this.chosen.current;
  }

  /** Changes whenever somebody works on: with each picture, stroke and setting, but not with the words of a prompt. */
  get worked(): string {
    const { prompt: _, negative: __, styles: ___, model: ____, ...settings } = this.settings.current;
    const { mode, source, board } = this.place;
    return JSON.stringify([settings, mode, source.current?.name, board.edits, this.album.cards[0]?.place]);
  }

  get run(): Run {
    return this.#runner.run;
  }

  get notices(): readonly Notice[] {
    return this.#runner.notices;
  }

  /** What to say of the run, or why it cannot begin. */
  get news(): News | null {
    return this.#runner.news;
  }

  /** Which picture of how many is being drawn, counted over all runs of the queue. */
  get progress(): Runner['place'] {
    return this.#runner.place;
  }

  /** The picture that is drawn over, where one is. */
  get source(): Original | null {
    return drawnOver(this.place);
  }

  /** What is being worked on, with its guides; a new object after every change. */
  get inputs(): Inputs {
    return { ...this.place.inputs, controls: this.units.all, references: this.references.all };
  }

  /** To be called in an effect: stores the inputs a moment after they have changed. */
  rememberDesk(): (() => void) | undefined {
    const { inputs } = this;
    return this.#resumed ? this.album.remember(inputs) : undefined;
  }

  /** Brings back the inputs and the queue of an earlier visit. */
  async resume(): Promise<void> {
    const inputs = await this.album.open();
    // Whoever has begun something meanwhile keeps that.
    const guided = this.units.all.length > 0 || this.references.all.length > 0;
    const idle = this.place.mode === 'text' && !this.place.source.current && !guided;
    if (inputs && idle) this.restore(inputs);
    this.#resumed = true;
    this.queue.bringBack(await this.album.waits.open());
  }

  /** Changes what pictures are made from. */
  choose(mode: Mode): void {
    if (mode === this.place.mode) return;
    this.place.choose(mode);
    this.#runner.forget();
    if (this.place.source.current && this.place.inPart) this.view.showCanvas();
  }

  /**
   * Works on the picture in this file from now on.
   * @param aside how many other pictures came with it, and are not used.
   */
  async startFrom(file: File, aside = 0): Promise<void> {
    this.place.choosePictureMode();
    const original = await this.place.source.read(file);
    if (!original) return;
    this.begin(original);
    this.place.source.aside = aside;
  }

  /** Works on a result from now on, at its own size. */
  edit({ itself }: Result): void {
    this.place.choosePictureMode();
    this.begin(itself);
    this.place.takeSizeOf(itself);
  }

  /** Goes on with the candidate that is shown. */
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

  /** Ends the current run; the queue goes on. */
  cancel(): void {
    this.#runner.cancel();
  }

  /** Ends a run at once that was cancelled and is still at a long step. */
  breakOff(): Promise<void> {
    return this.#runner.breakOff();
  }

  /** Ends the current run and empties the queue, which can be undone. */
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

  /** Restores what a picture was drawn from. */
  restore(inputs: Inputs): void {
    this.place.restore(inputs);
    this.units.restore(inputs.controls ?? []);
    this.references.restore(inputs.references);
    if (inputs.original && this.place.inPart) this.view.showCanvas();
  }

  /** Works on another picture. */
  begin(original: Original): void {
    this.place.take(original);
    if (this.place.inPart) this.view.showCanvas();
  }
}
