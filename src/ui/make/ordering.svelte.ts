import type { Album } from '../album/album.svelte';
import type { Errand, Unfinished } from '../album/kept';
import type { Loans } from '../models/loans.svelte';
import type { UsableModel } from '../models/entries';
import type { Desk } from '../paint/desk';
import type { Workplace } from '../paint/workplace.svelte';
import type { Form } from '../settings/form.svelte';
import { settingsFrom } from '../settings/mend';
import type { PromptHistory } from '../settings/prompt/prompt-history.svelte';
import { RANDOM, withBatch, type Settings } from '../settings/settings';
import type { Styles } from '../styles/styles.svelte';
import type { Queue } from './queue/queue.svelte';
import type { News } from '../run/news';
import type { Runner } from '../run/runner.svelte';
import type { View } from './view.svelte';

/** The table that orders are taken from. */
interface Table {
  readonly model: UsableModel | null;
  readonly form: Form;
  readonly place: Workplace;
  readonly desk: Desk;
  readonly styles: Styles;
  readonly loans: Loans;
  readonly history: PromptHistory;
  readonly view: View;
  readonly album: Album;
  readonly obstacle: Extract<News, { kind: 'obstacle' }>['obstacle'] | null;
  lay(desk: Desk): void;
}

/** From what lies on the table to orders: to be drawn at once, or after what is in work. */
export class Ordering {
  readonly #table: Table;
  readonly #runner: Runner;
  readonly #queue: Queue;
  readonly #seed: () => number;

  /** @param seed draws one. */
  constructor(table: Table, runner: Runner, queue: Queue, seed: () => number) {
    this.#table = table;
    this.#runner = runner;
    this.#queue = queue;
    this.#seed = seed;
  }

  /**
   * What would be drawn as things stand, with all its seeds drawn. A copy: what is painted from now on is for the next one.
   * @param settings in the place of those in the form.
   */
  errand(settings = this.#settled()): Errand {
    return { settings: this.#drawn(settings), desk: this.#table.desk };
  }

  #settled(): Settings {
    const { form } = this.#table;
    form.settleAll();
    return $state.snapshot(form.settings.current);
  }

  /** Generate was pressed. What keeps it from beginning is said; without words it is asked once whether that is meant. */
  async press(): Promise<void> {
    const { mode } = this.#table.place;
    const { obstacle } = this.#table;
    const wordless = (mode === 'text' || mode === 'instruct') && !this.#table.styles.words.prompt.trim();
    if (obstacle) this.#say({ kind: 'obstacle', obstacle });
    else if (wordless && this.#runner.news?.kind !== 'no-prompt') this.#say({ kind: 'no-prompt' });
    else await this.generate();
  }

  /** Draws what lies there, or has it wait where something is in work. */
  async generate(): Promise<void> {
    if (!this.#able) return;
    const { prompt, negative } = this.#table.form.settings.current;
    this.#table.history.remember({ prompt, negative });
    const errand = this.errand();
    if (this.#queue.working) {
      void this.#queue.add([errand]);
      this.#say({ kind: 'waits', waiting: this.#queue.waiting.length, held: this.#queue.held });
    } else {
      this.#table.view.watch();
      await this.#queue.begin(errand);
    }
  }

  /** Draws one picture after the other with what lies there each time, until that is no longer wanted; or no more. */
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

  /** What comes next where there is no end to it. */
  next(): Errand | null {
    return this.endless ? this.errand() : null;
  }

  /** In digits. */
  newSeed(): string {
    return String(this.#seed());
  }

  get endless(): boolean {
    return this.#able && this.#random;
  }

  /** Goes on with a run that was in work when its page went. Its model must have been adopted. */
  async goOn(unfinished: Unfinished): Promise<void> {
    if (this.#queue.working) return;
    const { form } = this.#table;
    this.#table.lay(unfinished.desk);
    const settings = settingsFrom(unfinished.settings);
    const { seed } = form.settings.current;
    const rare = withBatch(settings.rare, undefined);
    form.take({ ...settings, ...(seed === RANDOM && { seed, rare }) });
    this.#table.view.watch();
    await this.#queue.begin({ settings, desk: this.#table.desk }, unfinished);
  }

  /** All that waits goes on; first of all the run that was in work when its page went. */
  async goOnWithAll(): Promise<void> {
    const { album, view } = this.#table;
    const [left] = album.unfinished.filter(({ stopped }) => !stopped);
    this.#queue.held = false;
    if (this.#queue.working) return;
    view.watch();
    await (left ? this.#queue.begin(left, left) : this.#queue.goOn());
  }

  get #able(): boolean {
    return this.#table.model !== null && this.#table.obstacle === null;
  }

  /** Whether each picture has noise of its own. */
  get #random(): boolean {
    const { seed, variationSeed, variationStrength } = this.#table.form.settings.current;
    return seed === RANDOM || (variationStrength > 0 && variationSeed === RANDOM);
  }

  #say(news: News): void {
    this.#runner.news = news;
  }

  /** With the words of its styles, and seeds where random ones are wanted. */
  #drawn(settings: Settings): Settings {
    const drawn = (seed: string): string => (seed === RANDOM ? this.newSeed() : seed);
    const { seed, variationSeed, variationStrength } = settings;
    return {
      ...this.#table.styles.applied(settings),
      parts: this.#table.loans.of(settings.model),
      seed: drawn(seed),
      ...(variationStrength > 0 && { variationSeed: drawn(variationSeed) }),
    };
  }
}
