import type { Pixels } from '../../canvas/pixels';
import { gridScript, type ToldAxis } from '../../recipe/infotext/grid';
import type { RunRequest, Group } from '../album/stored';
import { sheetOf, type Result } from '../album/result';
import { isUsable } from '../models/entries';
import type { Library } from '../models/library.svelte';
import type { Studio } from '../make/studio.svelte';
import { randomId } from '../make/system';
import { modesOf, upscalers } from '../settings/settings';
import type { Around } from './axes';
import type { GridHost } from './grid.svelte';

/** A grid that is drawn by the studio, with the models at hand. */
export class StudioGridHost implements GridHost {
  readonly #studio: Studio;
  readonly #library: Library;

  constructor(studio: Studio, library: Library) {
    this.#studio = studio;
    this.#library = library;
  }

  get around(): Around | null {
    const { model, form, place, styles } = this.#studio;
    const library = this.#library;
    if (!model) return null;
    return {
      settings: form.settings.current,
      mode: place.mode,
      multiple: form.multiple,
      models: library.entries.filter(isUsable).map((entry) => ({
        id: entry.id,
        name: library.label(entry),
        suits: modesOf(entry.facts).includes(place.mode),
      })),
      vaes: library.vaes.map(({ id, addon }) => ({ id, name: addon.name })),
      upscalers: [...Object.keys(upscalers), ...library.upscalers.map(({ addon }) => addon.name)],
      styles: styles.all.map(({ name }) => name),
      loras: library.loras.map(({ addon }) => addon.name),
      seed: () => this.#studio.ordering.newSeed(),
    };
  }

  request(settings: Around['settings']): RunRequest {
    return this.#studio.ordering.request(settings);
  }

  async draw(
    requests: readonly RunRequest[],
    group: Group,
    cells: readonly string[],
    onmade: (cell: string, result: Result) => void,
  ): Promise<void> {
    const { queue, history, form, view } = this.#studio;
    const { prompt, negative } = form.settings.current;
    history.remember({ prompt, negative });
    view.watch();
    const stop = queue.follow(group.id, {
      made: (result, { cell }) => {
        if (cell !== undefined) onmade(cell, result);
      },
    });
    await queue.add(requests, { group, cells });
    stop();
  }

  async keep(
    pixels: Pixels,
    first: Result,
    request: RunRequest,
    axes: readonly ToldAxis[],
    took: number,
  ): Promise<void> {
    const { album, view } = this.#studio;
    const name = first.fileName.replace(/^drobe-/, 'drobe-grid-');
    const script = gridScript(axes);
    const sheet = await sheetOf(first, { name, pixels, script, took }, this.#library.entries);
    const log = await album.begin(request);
    const kept = await log.end(sheet);
    if (kept) view.made(kept);
  }

  takes(cells: readonly Around['settings'][]): number | null {
    const { measured, inputs } = this.#studio;
    return measured.cost(cells.map((settings) => ({ settings, inputs }))).milliseconds;
  }

  newId(): string {
    return randomId();
  }
}
