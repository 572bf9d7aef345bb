import type { Pixels } from '../../canvas/pixels';
import { toDrobeError, type DrobeError } from '../../errors';
import type { ToldAxis } from '../../recipe/infotext/grid';
import { parseSeed } from '../../sampling/seed';
import type { RunRequest, Group } from '../album/stored';
import type { Result } from '../album/result';
import { Persisted, type KeyValueStorage } from '../settings/persisted.svelte';
import { words } from '../words/language.svelte';
import { axes, offered, type Around } from './axes';
import { axisNames, type AxisName } from './names';
import { drawGrid } from './draw';
import { cellName, cellsIn, cellsOf, placeNamed, planOf, type AxisWish, type Plan, type Row } from './plan';
import type { Labels } from './sheet';

/** The most cells: more would be a mistake. */
export const MOST_CELLS = 1000;

/** What a grid needs from outside: somebody who draws cells, and stores the sheet. */
export interface GridHost {
  /** What axes read their values against; null where nothing can be drawn. */
  readonly around: Around | null;
  /** What would be drawn with these settings. Random seeds are drawn. */
  request(settings: Around['settings']): RunRequest;
  /** Draws the cells, one after another. @param onmade called with the name and picture of each. */
  draw(
    requests: readonly RunRequest[],
    group: Group,
    cells: readonly string[],
    onmade: (cell: string, result: Result) => void,
  ): Promise<void>;
  /** Stores the sheet, with the recipe of its first picture and these axes. @param took milliseconds for all of it. */
  keep(
    sheet: Pixels,
    first: Result,
    request: RunRequest,
    axes: readonly ToldAxis[],
    took: number,
  ): Promise<void>;
  /** Estimated milliseconds; null where nothing similar was measured here. */
  takes(cells: readonly Around['settings'][]): number | null;
  newId(): string;
}

const places = ['x', 'y', 'z'] as const;
export type Place = (typeof places)[number];

/** The axes as they are stored. */
interface Wishes {
  x: string;
  xValues: string;
  y: string;
  yValues: string;
  z: string;
  zValues: string;
  legend: boolean;
}

const nothing: Wishes = {
  ...{ x: 'steps', xValues: '', y: 'none', yValues: '', z: 'none', zValues: '' },
  legend: true,
};

const nameOf = (written: string): AxisName => axisNames.find((name) => name === written) ?? 'none';

/** The dialog's grid, and the drawing of grids. */
export class Grid {
  open = $state(false);
  readonly #wishes: Persisted<Wishes>;
  readonly #host: GridHost;
  /** What was written of axes that gave way to others. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
  readonly #written = new Map<string, string>();
  /** Why the last sheet could not be made; its pictures are in the album all the same. */
  failure = $state.raw<DrobeError | null>(null);

  /** Axes that can be chosen now. */
  readonly offered = $derived.by(() => (this.#host.around ? offered(this.#host.around) : []));
  readonly #planned = $derived.by(() => {
    const { around } = this.#host;
    return around && planOf([this.#wish('x'), this.#wish('y'), this.#wish('z')], around);
  });
  readonly plan = $derived.by(() => {
    const planned = this.#planned;
    return planned && 'plan' in planned ? planned.plan : null;
  });
  readonly cells = $derived(this.plan ? cellsIn(this.plan) : 0);
  /** How many values each used axis has. */
  readonly factors = $derived(
    this.plan ? rowsOf(this.plan).flatMap(({ points }) => (points.length > 0 ? [points.length] : [])) : [],
  );
  readonly canStart = $derived(this.factors.length > 0 && this.cells <= MOST_CELLS);
  /** Estimated milliseconds; null where not known. */
  readonly takes = $derived.by(() => {
    const { around } = this.#host;
    if (!around || !this.plan || !this.canStart) return null;
    return this.#host.takes(cellsOf(this.plan, around.settings).map(({ settings }) => settings));
  });

  constructor(host: GridHost, storage: KeyValueStorage | null) {
    this.#host = host;
    this.#wishes = new Persisted('grid', nothing, (found) => found, storage);
  }

  save(): void {
    this.#wishes.save();
  }

  get legend(): boolean {
    return this.#wishes.current.legend;
  }

  set legend(wanted: boolean) {
    this.#wishes.current.legend = wanted;
  }

  name(place: Place): AxisName {
    const name = nameOf(this.#wishes.current[place]);
    return this.offered.includes(name) ? name : 'none';
  }

  /** Chooses another axis, which starts with what was written of it in this place, or with the current setting. */
  choose(place: Place, name: AxisName): void {
    const before = this.name(place);
    const text = this.values(place);
    if (text.trim() !== '' && text !== this.#begun(before)) this.#written.set(`${place} ${before}`, text);
    this.#wishes.current[place] = name;
    this.#wishes.current[`${place}Values`] = this.#written.get(`${place} ${name}`) ?? this.#begun(name);
  }

  #begun(name: AxisName): string {
    const { around } = this.#host;
    return (around && axes[name].begin?.(around)) ?? '';
  }

  values(place: Place): string {
    return this.#wishes.current[`${place}Values`];
  }

  write(place: Place, text: string): void {
    this.#wishes.current[`${place}Values`] = text;
  }

  /** All values of an axis, as text; null where they cannot be listed. */
  all(place: Place): string | null {
    const { around } = this.#host;
    const all = around && axes[this.name(place)].all?.(around);
    return all ? all.map((value) => (/[",]/.test(value) ? `"${value}"` : value)).join(', ') : null;
  }

  swap(one: Place, other: Place): void {
    const { current } = this.#wishes;
    [current[one], current[other]] = [current[other], current[one]];
    const [a, b] = [`${one}Values`, `${other}Values`] as const;
    [current[a], current[b]] = [current[b], current[a]];
  }

  /** The items of an axis that cannot be read. */
  wrong(place: Place): readonly string[] {
    const planned = this.#planned;
    return planned && 'wrong' in planned ? planned.wrong[places.indexOf(place)]! : [];
  }

  /** Draws all cells, then makes a sheet of those that succeeded. */
  async start(): Promise<void> {
    const { around } = this.#host;
    const { plan } = this;
    if (!around || !plan || !this.canStart) return;
    this.open = false;
    this.failure = null;
    // A copy, which later changes do not affect.
    const base = { ...$state.snapshot(around.settings), seed: drawn(around.settings.seed, around), count: 1 };
    const cells = cellsOf(plan, base);
    const used = rowsOf(plan).filter(({ points }) => points.length > 0);
    const group = { id: this.#host.newId(), name: words.grid.called(used.map(({ name }) => name)) };
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
    const made = new Map<string, Result>();
    const requests = cells.map(({ settings }) => this.#host.request(settings));
    await this.#host.draw(requests, group, cells.map(cellName), (cell, result) => made.set(cell, result));
    const [first] = made.values();
    const [request] = requests;
    // One picture needs no sheet.
    if (made.size < 2 || !first || !request) return;
    try {
      const sheet = await drawGrid(this.#labels(plan), [...made].flatMap(placed));
      const took = [...made.values()].reduce((sum, result) => sum + result.took, 0);
      await this.#host.keep(sheet, first, request, toldOf(plan), took);
    } catch (thrown) {
      this.failure = toDrobeError(thrown);
      this.open = true;
    }
  }

  #labels({ x, y, z }: Plan): Labels {
    const texts = (row: Row): string[] =>
      !this.legend || row.points.length === 0
        ? Array.from({ length: Math.max(row.points.length, 1) }, () => '')
        : row.points.map(({ text }) => labelOf(row.name, text));
    return { x: texts(x), y: texts(y), z: texts(z) };
  }

  #wish(place: Place): AxisWish {
    return { name: this.name(place), text: this.values(place) };
  }
}

const rowsOf = ({ x, y, z }: Plan): readonly Row[] => [x, y, z];

/** Axes whose values need no label: names speak for themselves. */
const speaking: ReadonlySet<AxisName> = new Set(['replace', 'model', 'styles', 'lora', 'size']);
const labelOf = (axis: AxisName, text: string): string =>
  speaking.has(axis) ? text : `${words.grid.axes[axis]}: ${text}`;

const drawn = (seed: string, { seed: fresh }: Around): string =>
  typeof parseSeed(seed) === 'bigint' ? seed : fresh();

function placed([cell, { itself }]: [string, Result]) {
  const at = placeNamed(cell);
  return at ? [{ at, picture: itself }] : [];
}

const toldOf = (plan: Plan): readonly ToldAxis[] =>
  places.flatMap((place) => {
    const { name, points } = plan[place];
    return name !== 'none' && points.length > 0
      ? [{ place, name, values: points.map(({ text }) => text) }]
      : [];
  });
