/** What a grid can vary: how the values of each are read, and what each does to the settings. */
import { chosenBy, scheduleNamed } from '../../sampling/labels';
import { parseSeed, randomSeed } from '../../sampling/seed';
import { samplerNames, scheduleNames } from '../../sampling/settings';
import { loraTags, withLora } from '../../text/lora';
import { rangeOf, sliders, type NumberName } from '../settings/ranges';
import { RANDOM, withRare, type Mode, type Rare, type Settings } from '../settings/settings';
import { axisNames, type AxisName } from './names';
import { itemsOf, readItems, readNumbers } from './values';

/** A place on an axis. */
export interface Point {
  /** The value as shown beside the axis. */
  readonly text: string;
  readonly apply: (settings: Settings) => Settings;
}

export interface Points {
  readonly points: readonly Point[];
  /** Items that could not be read, as they were written. */
  readonly wrong: readonly string[];
}

/** A file that is chosen by name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** What values are read against: the current settings, and what is at hand. */
export interface Around {
  readonly settings: Settings;
  readonly mode: Mode;
  /** The model's sides must be multiples of this. */
  readonly multiple: number;
  /** `suits`: whether it draws in this mode. */
  readonly models: readonly (Named & { readonly suits: boolean })[];
  readonly vaes: readonly Named[];
  readonly upscalers: readonly string[];
  readonly styles: readonly string[];
  readonly loras: readonly string[];
  /** A new seed, in digits. */
  readonly seed: () => string;
}

interface Axis {
  /** Whether it can be chosen. */
  readonly offered?: (around: Around) => boolean;
  readonly read: (text: string, around: Around) => Points;
  /** All values, where they can be listed. */
  readonly all?: (around: Around) => readonly string[];
  /** The initial text of the field when the axis is chosen. */
  readonly begin?: (around: Around) => string;
  /** How costly it is to change the value: the costlier, the less often it changes. */
  readonly weight?: number;
}

/** All that can be varied. */
export const axes: Readonly<Record<AxisName, Axis>> = {
  none: { read: () => ({ points: [], wrong: [] }) },
  seed: seeds('seed'),
  variationSeed: seeds('variationSeed'),
  variationStrength: numbers('variationStrength'),
  steps: numbers('steps'),
  hiresSteps: { ...numbers('hiresSteps'), offered: isHires },
  guidance: numbers('guidance'),
  imageGuidance: {
    offered: ({ mode }) => mode === 'instruct',
    read: numbersWithin(sliders.imageGuidance, (value) => ({ imageGuidance: value })),
    begin: ({ settings }) => String(settings.imageGuidance),
  },
  replace: {
    read: replacing,
    begin: ({ settings }) => firstWord(settings.prompt),
  },
  sampler: {
    read: (text, { settings }) =>
      readPoints(text, (item) => {
        const chosen = chosenBy(item);
        if (!chosen) return null;
        const { sampler, schedule } = chosen;
        // "DPM++ 2M Karras" names a schedule, too.
        return { sampler, schedule: schedule === 'Automatic' ? settings.schedule : schedule };
      }),
    all: () => samplerNames,
    begin: ({ settings }) => settings.sampler,
  },
  schedule: {
    read: (text) =>
      readPoints(text, (item) => {
        const schedule = scheduleNamed(item);
        return schedule && { schedule };
      }),
    all: () => scheduleNames,
    begin: ({ settings }) => settings.schedule,
  },
  model: {
    read: byName('models', ({ id }) => ({ model: id })),
    all: ({ models }) => models.filter(({ suits }) => suits).map(({ name }) => name),
    weight: 2,
  },
  strength: {
    offered: ({ mode }) => mode === 'image' || mode === 'inpaint' || mode === 'outpaint',
    read: (text, around) => {
      const name = around.mode === 'outpaint' ? 'outpaintStrength' : 'strength';
      return numbersWithin(sliders.strength, (value) => ({ [name]: value }))(text);
    },
  },
  clipSkip: numbers('clipSkip'),
  vae: {
    offered: ({ vaes }) => vaes.length > 0,
    read: byName('vaes', ({ id }) => ({ vae: id }), [{ id: '', name: 'Automatic' }]),
    all: ({ vaes }) => ['Automatic', ...vaes.map(({ name }) => name)],
    weight: 1,
  },
  styles: {
    offered: ({ styles }) => styles.length > 0,
    read: (text, { styles }) =>
      readPoints(text, (item) => {
        const found = alike(styles, item, (name) => name);
        return found === undefined ? null : { styles: [found] };
      }),
    all: ({ styles }) => styles,
  },
  size: {
    read: (text, { multiple }) => {
      const range = rangeOf('width', multiple);
      const fits = (side: number): boolean => side >= range.min && side <= range.max && side % multiple === 0;
      return readPoints(text, (item) => {
        const [, width, height] = /^(\d+)\s*[x×]\s*(\d+)$/i.exec(item) ?? [];
        const size = { width: Number(width), height: Number(height) };
        return fits(size.width) && fits(size.height) ? size : null;
      });
    },
    begin: ({ settings: { width, height } }) => `${width} × ${height}`,
    weight: 1,
  },
  lora: {
    offered: ({ loras }) => loras.length > 0,
    read: loraWeights,
    begin: ({ settings: { prompt }, loras }) => {
      const [asked] = loraTags(prompt, loras).loras;
      const name = asked?.name ?? loras[0] ?? '';
      return `${/[",]/.test(name) ? `"${name}"` : name}, 0, 0.5, 1`;
    },
  },
  hiresUpscaler: {
    offered: isHires,
    read: (text, { upscalers }) =>
      readPoints(text, (item) => {
        const found = alike(upscalers, item, (name) => name);
        return found === undefined ? null : { hiresUpscaler: found };
      }),
    all: ({ upscalers }) => upscalers,
    begin: ({ settings }) => settings.hiresUpscaler,
  },
  hiresStrength: { ...numbers('hiresStrength'), offered: isHires },
  eta: rare('eta', { min: 0, max: 1 }),
  shift: rare('shift', { min: 0.01, max: 100 }),
  guidanceRescale: rare('guidanceRescale', { min: 0, max: 1 }),
};

/** Those that can be chosen now. */
export const offered = (around: Around): readonly AxisName[] =>
  axisNames.filter((name) => axes[name].offered?.(around) ?? true);

type Read = Axis['read'];

/** Reads items one by one. @param read gives what an item changes; null where it cannot be read. */
function readPoints(text: string, read: (item: string) => Partial<Settings> | null): Points {
  const { values, wrong } = readItems(text, (item) => {
    const changes = read(item);
    return changes && { text: item, apply: (settings: Settings): Settings => ({ ...settings, ...changes }) };
  });
  return { points: values, wrong };
}

function numbersWithin(
  { min, max }: { readonly min: number; readonly max: number },
  change: (value: number, settings: Settings) => Partial<Settings>,
  whole = false,
): (text: string) => Points {
  return (text) => {
    const { values, wrong } = readNumbers(text, { whole });
    const fits = (value: number): boolean => value >= min && value <= max;
    return {
      points: values.filter(fits).map((value) => ({
        text: String(value),
        apply: (settings) => ({ ...settings, ...change(value, settings) }),
      })),
      wrong: [...wrong, ...values.filter((value) => !fits(value)).map(String)],
    };
  };
}

function numbers(name: NumberName): Axis {
  return {
    read: (text, { multiple }) => {
      const range = rangeOf(name, multiple);
      return numbersWithin(range, (value) => ({ [name]: value }), range.step >= 1)(text);
    },
    begin: ({ settings }) => String(settings[name]),
  };
}

function rare(name: keyof Rare, range: { readonly min: number; readonly max: number }): Axis {
  return {
    read: numbersWithin(range, (value, { rare: before }) => ({ rare: withRare(before, { [name]: value }) })),
  };
}

/** Seeds, and ranges of small ones; −1 draws a random one for all cells with this value. */
function seeds(name: 'seed' | 'variationSeed'): Axis {
  return {
    read: (text, { seed }) => {
      const all = itemsOf(text).map((item): Points => {
        const parsed = parseSeed(item);
        const digits =
          parsed === randomSeed ? [seed()] : typeof parsed === 'bigint' ? [String(parsed)] : null;
        if (digits) return { points: digits.map((each) => seedPoint(name, each)), wrong: [] };
        const { values } = readNumbers(item, { whole: true });
        const fit = values.length > 0 && values.every((value) => value >= 0);
        return fit
          ? { points: values.map((value) => seedPoint(name, String(value))), wrong: [] }
          : { points: [], wrong: [item] };
      });
      return { points: all.flatMap(({ points }) => points), wrong: all.flatMap(({ wrong }) => wrong) };
    },
    begin: ({ settings }) => (settings[name] === RANDOM ? '-1, -1, -1' : settings[name]),
  };
}

const seedPoint = (name: 'seed' | 'variationSeed', digits: string): Point => ({
  text: digits,
  apply: (settings) => ({ ...settings, [name]: digits }),
});

/** A1111's "Prompt S/R": the first item is looked for in the prompts, and each takes its place in turn. */
function replacing(text: string, { settings }: Around): Points {
  const items = itemsOf(text);
  const [sought = ''] = items;
  if (sought === '') return { points: [], wrong: [] };
  const isThere = [settings.prompt, settings.negative].some((prompt) => prompt.includes(sought));
  if (!isThere) return { points: [], wrong: [sought] };
  return {
    points: items.map((item) => ({
      text: item,
      apply: (before) => ({
        ...before,
        prompt: before.prompt.replaceAll(sought, item),
        negative: before.negative.replaceAll(sought, item),
      }),
    })),
    wrong: [],
  };
}

/** The first item is a LoRA's name, the others are weights of it. */
function loraWeights(text: string, { loras }: Around): Points {
  const [called = '', ...weights] = itemsOf(text);
  const name = alike(loras, called, (lora) => lora);
  if (name === undefined) return { points: [], wrong: called === '' ? [] : [called] };
  const { values, wrong } = readNumbers(weights.join(', '), { whole: false });
  return {
    points: values.map((value) => ({
      text: `${name}: ${value}`,
      apply: (settings) => ({ ...settings, prompt: withLora(settings.prompt, name, value) }),
    })),
    wrong,
  };
}

function byName(
  kind: 'models' | 'vaes',
  change: (found: Named) => Partial<Settings>,
  also: readonly Named[] = [],
): Read {
  return (text, around) =>
    readPoints(text, (item) => {
      const found = alike([...also, ...around[kind]], item, ({ name }) => name);
      return found ? change(found) : null;
    });
}

/** The one with this name, or else the only one whose name begins so; letter case does not count. */
function alike<T>(all: readonly T[], name: string, nameOf: (one: T) => string): T | undefined {
  const plain = (text: string): string => text.trim().toLowerCase();
  const same = all.find((one) => plain(nameOf(one)) === plain(name));
  if (same !== undefined) return same;
  const begun = all.filter((one) => plain(nameOf(one)).startsWith(plain(name)));
  return begun.length === 1 ? begun[0] : undefined;
}

function isHires({ mode, settings }: Around): boolean {
  return mode === 'text' && settings.hires;
}

const firstWord = (prompt: string): string => /[\p{L}\p{N}-]+/u.exec(prompt)?.[0] ?? '';
