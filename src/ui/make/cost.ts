/** What runs will take: time, estimated from earlier pictures on this machine, and memory, from what their models need. */
import { fieldsOf } from '../../objects';
import type { DeviceInfo, ModelFacts } from '../../engine/api';
import type { Inputs } from '../paint/inputs';
import type { Result } from '../album/result';
import { typicalTime } from '../run/typical-time';
import { stepsMade } from '../settings/steps-made';
import type { Mode, Settings } from '../settings/settings';

/** How fast a picture was drawn. */
export interface Pace {
  /** All else that speed depends on: pictures of one kind, sampler and size are equally fast. */
  readonly kind: string;
  readonly sampler: string;
  /** Width times height. */
  readonly pixels: number;
  /** Milliseconds for one run of the denoiser on it; a step takes one for each prompt. */
  readonly look: number;
  /** Milliseconds before the first step and after the last. */
  readonly rest: number;
}

/** As much of a run as its cost depends on. */
export interface Priced {
  readonly settings: Settings;
  readonly inputs: Pick<Inputs, 'mode' | 'controls' | 'references'>;
}

/** What is known of this machine. */
export interface Known {
  readonly paces: readonly Pace[];
  readonly device: Pick<DeviceInfo, 'backend' | 'float16'> | null;
  /** How fast weights are read, in bytes a second; 0 where not measured. */
  readonly rates: Readonly<Record<DeviceInfo['backend'], number>>;
  /** Facts of the model with this id; null where it is not here. */
  facts(model: string): Pick<ModelFacts, 'room'> | null;
}

/** What drawing would take. */
export interface Cost {
  readonly pictures: number;
  /** Null where nothing similar was drawn here before. */
  readonly milliseconds: number | null;
  /** Memory for the weights of the largest model; null where not known. */
  readonly bytes: number | null;
}

/** What these runs take, one after the other. */
export function cost(requests: readonly Priced[], known: Known): Cost {
  const models = requests.map(({ settings }) => settings.model);
  const rooms = requests.map(({ settings }) => roomOf(settings, known));
  // Weights are loaded anew where the model changes.
  const loads = rooms.map((bytes, i) => (i > 0 && models[i] !== models[i - 1] ? loading(bytes, known) : 0));
  const times = requests.map((request) => drawing(request, known.paces));
  const sized = rooms.filter((bytes) => bytes !== null);
  return {
    pictures: requests.reduce((sum, { settings }) => sum + settings.count, 0),
    milliseconds: sumOf([...times, ...loads]),
    bytes: sized.length > 0 ? Math.max(...sized) : null,
  };
}

/** The pace of a finished picture; null where it was drawn at several sizes, or in one step. */
export function paceOf({ job, parts, settings, mode, ...made }: Result): Pace | null {
  // The first step warms up.
  const [, ...steps] = parts.steps;
  if (job.hires || job.redraw || steps.length === 0) return null;
  return {
    kind: kindOf(settings, made),
    sampler: job.sampler,
    pixels: job.width * job.height,
    look: typicalTime(steps) / looksOf(settings, mode),
    rest: parts.encode + parts.decode,
  };
}

/** How many paces are remembered. */
const MOST = 60;

/** Adds a pace, replacing one of the same kind. The shortest `rest` is kept: a first picture waits for its weights to load. */
export function learnt(paces: readonly Pace[], pace: Pace): readonly Pace[] {
  const isLike = ({ kind, sampler, pixels }: Pace): boolean =>
    kind === pace.kind && sampler === pace.sampler && pixels === pace.pixels;
  const rest = Math.min(pace.rest, paces.find(isLike)?.rest ?? Infinity);
  return [{ ...pace, rest }, ...paces.filter((other) => !isLike(other))].slice(0, MOST);
}

/** The valid ones of stored paces. */
export function pacesFrom(found: unknown): readonly Pace[] {
  return Array.isArray(found) ? found.filter(isPace).slice(0, MOST) : [];
}

function isPace(found: unknown): found is Pace {
  const { kind, sampler, pixels, look, rest } = fieldsOf(found);
  const numbers = [pixels, look, rest].every((n) => typeof n === 'number' && n >= 0 && Number.isFinite(n));
  return typeof kind === 'string' && typeof sampler === 'string' && numbers && pixels !== 0;
}

type Guided = Pick<Inputs, 'controls' | 'references'>;

const kindOf = ({ model, backend, rare }: Settings, { controls = [], references = [] }: Guided): string =>
  [backend, rare.bits ?? 0, rare.reuse ?? 0, controls.length, references.length, model].join(' ');

/** How often the denoiser runs in a step. */
function looksOf({ guidance }: Settings, mode: Mode): number {
  if (mode === 'instruct') return 3;
  return guidance > 1 ? 2 : 1;
}

function drawing({ settings, inputs }: Priced, paces: readonly Pace[]): number | null {
  const { width, height, hires, hiresScale, hiresStrength, hiresSteps, sampler, schedule } = settings;
  const alike = paces.filter(({ kind }) => kind === kindOf(settings, inputs));
  const same = alike.filter((pace) => pace.sampler === sampler);
  const known = same.length > 0 ? same : alike;
  const looks = looksOf(settings, inputs.mode);
  const chosen = { ...settings.rare, sampler, schedule, spacing: settings.spacing, like: settings.like };
  const pass = (pixels: number, steps: number): number | null => {
    const pace = paceAt(pixels, known);
    return pace && pace.rest + steps * looks * pace.look;
  };
  const first = pass(
    width * height,
    stepsMade({ ...chosen, steps: settings.steps }, strengthOf(settings, inputs.mode)),
  );
  const again = hires && inputs.mode === 'text';
  const large = width * height * hiresScale ** 2;
  const second = again
    ? pass(large, stepsMade({ ...chosen, steps: hiresSteps || settings.steps }, hiresStrength))
    : 0;
  const one = sumOf([first, second]);
  return one && one * settings.count;
}

/** The denoising strength; undefined where pictures start from noise alone. */
function strengthOf({ strength, outpaintStrength }: Settings, mode: Mode): number | undefined {
  if (mode === 'text' || mode === 'instruct') return undefined;
  const own = mode === 'outpaint' ? outpaintStrength : strength;
  return mode === 'inpaint' && own === 1 ? undefined : own;
}

/** Extrapolates from the pace at the nearest size. How it grows with the size is taken from the two nearest. */
function paceAt(pixels: number, paces: readonly Pace[]): Pick<Pace, 'look' | 'rest'> | null {
  const away = (pace: Pace): number => Math.abs(Math.log(pixels / pace.pixels));
  const [near, ...others] = paces.toSorted((a, b) => away(a) - away(b));
  if (!near) return null;
  const other = others.find((pace) => pace.pixels !== near.pixels);
  const growth = other ? Math.log(near.look / other.look) / Math.log(near.pixels / other.pixels) : 1;
  const larger = pixels / near.pixels;
  // Between the root and the square of the area: anything else is an outlier.
  return { look: near.look * larger ** Math.min(Math.max(growth, 0.5), 2), rest: near.rest * larger };
}

function roomOf({ model, rare: { bits } }: Settings, known: Known): number | null {
  const { device } = known;
  const room = known.facts(model)?.room;
  if (!room || !device) return null;
  const { bytes, rounded } = room[device.float16 ? 'f16' : 'f32'];
  return (bits && rounded?.[bits]) ?? bytes;
}

function loading(bytes: number | null, { device, rates }: Known): number {
  const rate = device ? rates[device.backend] : 0;
  return bytes !== null && rate > 0 ? (bytes / rate) * 1000 : 0;
}

/** Null where one of them is not known. */
const sumOf = (all: readonly (number | null)[]): number | null =>
  all.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
