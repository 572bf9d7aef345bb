import type { Album } from '../album/album.svelte';
import type { RunRequest, UnfinishedRun } from '../album/stored';
import type { Changes } from '../controls/changes.svelte';
import type { Loans } from '../models/loans.svelte';
import type { UsableModel } from '../models/entries';
import type { Inputs } from '../paint/inputs';
import type { Workplace } from '../paint/workplace.svelte';
import type { Form } from '../settings/form.svelte';
import { settingsFrom } from '../settings/mend';
import type { PromptHistory } from '../settings/prompt/prompt-history.svelte';
import { RANDOM, type Settings } from '../settings/settings';
import type { Styles } from '../styles/styles.svelte';
import type { Queue } from './queue/queue.svelte';
import type { News } from '../run/news';
import type { Runner } from '../run/runner.svelte';
import type { Reuse } from './reuse.svelte';
import type { View } from './view.svelte';

/** What it uses of the studio. */
interface StudioParts {
  readonly model: UsableModel | null;
  readonly form: Form;
  readonly place: Workplace;
  readonly inputs: Inputs;
  readonly styles: Styles;
  readonly loans: Loans;
  readonly history: PromptHistory;
  readonly view: View;
  readonly album: Album;
  readonly changes: Changes;
  readonly obstacle: Extract<News, { kind: 'obstacle' }>['obstacle'] | null;
  readonly reuse: Reuse;
}

/** Turns the form and the inputs into orders, to be drawn at once or after what the queue holds. */
export class Ordering {
  readonly #studio: StudioParts;
  readonly #runner: Runner;
  readonly #queue: Queue;
  readonly #seed: () => number;

  /** @param seed draws a random one. */
  constructor(studio: StudioParts, runner: Runner, queue: Queue, seed: () => number) {
    this.#studio = studio;
    this.#runner = runner;
    this.#queue = queue;
    this.#seed = seed;
  }

  /**
   * What would be drawn now, with random seeds drawn. It is a copy, so later changes do not affect it.
   * @param settings instead of those in the form.
   */
  request(settings = this.#settled()): RunRequest {
    return { settings: this.#drawn(settings), inputs: this.#studio.inputs };
  }

  #settled(): Settings {
    const { form } = this.#studio;
    form.settleAll();
    return $state.snapshot(form.settings.current);
  }

  /** For a press of Generate: draws, or says why it cannot. Without a prompt it first asks, once, whether that is meant. */
  async press(): Promise<void> {
    const { mode } = this.#studio.place;
    const { obstacle } = this.#studio;
    const wordless = (mode === 'text' || mode === 'instruct') && !this.#studio.styles.words.prompt.trim();
    if (obstacle) this.#say({ kind: 'obstacle', obstacle });
    else if (wordless && this.#runner.news?.kind !== 'no-prompt') this.#say({ kind: 'no-prompt' });
    else await this.generate();
  }

  /** Draws at once, or adds to the queue while something is drawn. */
  async generate(): Promise<void> {
    if (!this.#able) return;
    const { prompt, negative } = this.#studio.form.settings.current;
    this.#studio.history.remember({ prompt, negative });
    const request = this.request();
    this.#studio.changes.goOn();
    if (this.#queue.working) {
      void this.#queue.add([request]);
      this.#say({ kind: 'waits', waiting: this.#queue.waiting.length, held: this.#queue.held });
    } else {
      this.#studio.view.watch();
      await this.#queue.begin(request);
    }
  }

  /** Starts drawing one picture after another, each with what is set by then; or stops doing so. */
  async toggleForever(): Promise<void> {
    if (this.#queue.forever) this.#queue.forever = false;
    else if (!this.#random) this.#say({ kind: 'alike' });
    else {
      const { working, waiting } = this.#queue;
      this.#queue.forever = true;
      this.#queue.held = false;
      if (working) return;
      await (waiting.length > 0 ? this.#queue.goOn() : this.press());
      // What keeps a picture from beginning has been said.
      if (!this.#queue.working) this.#queue.forever = false;
    }
  }

  /** The next run of Generate forever; null where it cannot go on. */
  next(): RunRequest | null {
    return this.endless ? this.request(this.#studio.form.settled()) : null;
  }

  /** A random seed, in digits. */
  newSeed(): string {
    return String(this.#seed());
  }

  get endless(): boolean {
    return this.#able && this.#random;
  }

  /** Whether one picture after another would be the same one. */
  get alike(): boolean {
    return this.#able && !this.#random;
  }

  /**
   * Resumes a run that was cancelled, or interrupted when its page was closed. What was set before can be brought back.
   * @param select chooses a model by its id.
   */
  async goOn(unfinished: UnfinishedRun, select: (model: string) => void = () => undefined): Promise<void> {
    if (this.#queue.working) return;
    const settings = settingsFrom(unfinished.settings);
    this.#studio.reuse.run({ settings, inputs: unfinished.inputs }, select);
    this.#studio.view.watch();
    await this.#queue.begin({ settings, inputs: this.#studio.inputs }, unfinished);
  }

  /** Resumes the queue, beginning with a run that was interrupted when its page was closed. */
  async goOnWithAll(): Promise<void> {
    const { album, view } = this.#studio;
    const [left] = album.unfinished.filter(({ stopped }) => !stopped);
    this.#queue.held = false;
    if (this.#queue.working) return;
    view.watch();
    await (left ? this.#queue.begin(left, left) : this.#queue.goOn());
  }

  get #able(): boolean {
    return this.#studio.model !== null && this.#studio.obstacle === null;
  }

  /** Whether each picture would have noise of its own. */
  get #random(): boolean {
    const { seed, variationSeed, variationStrength } = this.#studio.form.settings.current;
    return seed === RANDOM || (variationStrength > 0 && variationSeed === RANDOM);
  }

  #say(news: News): void {
    this.#runner.news = news;
  }

  /** Settings with the words of styles added, borrowed parts, and random seeds drawn. */
  #drawn(settings: Settings): Settings {
    const drawn = (seed: string): string => (seed === RANDOM ? this.newSeed() : seed);
    const { seed, variationSeed, variationStrength } = settings;
    return {
      ...this.#studio.styles.applied(settings),
      parts: this.#studio.loans.of(settings.model),
      seed: drawn(seed),
      ...(variationStrength > 0 && { variationSeed: drawn(variationSeed) }),
    };
  }
}
