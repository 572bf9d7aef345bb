/** Where the time of a run goes, by kind of kernel, as ONNX Runtime itself counts it. */
import type { InferenceSession } from 'onnxruntime-web';
import type { OrtModule } from '../../../src/runtime/ort';
import type { Share } from './ask';

interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

export interface Profiler {
  /** The same ONNX Runtime, whose sessions are profiled. */
  readonly ort: OrtModule;
  /** Of all runs since; largest share first. Sessions are of no use for it afterwards. */
  readonly shares: () => Share[];
}

/**
 * ONNX Runtime writes a profile where a console is, in lines of JSON; of a graphics card's kernels only where the device can
 * tell the time. To be called before it is loaded.
 */
export function profileKernels(): (ort: OrtModule) => Profiler {
  const lines: string[] = [];
  const log = console.log.bind(console);
  console.log = (...words: unknown[]) => {
    if (typeof words[0] === 'string' && /^[[{\]]/.test(words[0])) lines.push(words[0]);
    else log(...words);
  };
  askForTimestamps();
  return (ort) => {
    const sessions = new Set<InferenceSession>();
    const create = async (model: Uint8Array, options: InferenceSession.SessionOptions): Promise<unknown> => {
      const session = await ort.InferenceSession.create(model, { ...options, enableProfiling: true });
      sessions.add(session);
      const release = session.release.bind(session);
      session.release = () => (sessions.delete(session), release());
      return session;
    };
    return {
      ort: { ...ort, InferenceSession: { create } } as unknown as OrtModule,
      shares() {
        for (const session of sessions) session.endProfiling();
        return sharesOf(lines);
      },
    };
  };
}

function askForTimestamps(): void {
  if (!('GPUAdapter' in globalThis)) return;
  /* oxlint-disable-next-line typescript/unbound-method -- called with the object it belongs to */
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = function (descriptor = {}) {
    const own: GPUFeatureName[] = this.features.has('timestamp-query') ? ['timestamp-query'] : [];
    const requiredFeatures = [...(descriptor.requiredFeatures ?? []), ...own];
    return requestDevice.call(this, { ...descriptor, requiredFeatures });
  };
}

/** @param lines of the profile: an event each. */
export function sharesOf(lines: readonly string[]): Share[] {
  const events = lines.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    return [JSON.parse(line.replace(/,\s*$/, '')) as Event];
  });
  // A card's own times, where there are any, and not how long it took to ask for them.
  const onCard = events.filter(({ cat }) => cat === 'Kernel' || cat === 'Api');
  const kernels = onCard.length > 0 ? onCard : events.filter(({ args }) => args.op_name !== undefined);
  const shares = new Map<string, { milliseconds: number; count: number }>();
  for (const { name, dur, args } of kernels) {
    const kind = onCard.length > 0 ? kernelOf(name) : (args.op_name ?? '');
    const { milliseconds = 0, count = 0 } = shares.get(kind) ?? {};
    shares.set(kind, { milliseconds: milliseconds + dur / 1000, count: count + 1 });
  }
  return [...shares]
    .map(([kind, share]) => ({ kind, ...share }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Its name is node&operator&program. */
const kernelOf = (name: string): string => name.split('&').slice(-2).join(', ');
