/** How much memory a graph needs beside its weights, judging by shapes. */
import { mustGet } from '../checked';
import type { Var } from './var';

/** In bytes, without what kernels allocate for themselves while they run. */
export interface Footprint {
  /** The largest output of an op. */
  readonly largest: number;
  /** The most that outputs still in use take at any time. */
  readonly peak: number;
}

/** @param order every Var after its inputs. */
export function footprint(
  order: readonly Var[],
  outputs: readonly Var[],
  bytesOf: (v: Var) => number,
): Footprint {
  const users = new Map<Var, number>();
  for (const v of [...order.flatMap(inputsOf), ...outputs]) {
    const held = holderOf(v);
    users.set(held, (users.get(held) ?? 0) + 1);
  }
  let largest = 0;
  let live = 0;
  let peak = 0;
  for (const v of order) {
    if (v.from.kind !== 'op') continue;
    if (holderOf(v) === v) {
      largest = Math.max(largest, bytesOf(v));
      peak = Math.max(peak, (live += bytesOf(v)));
    }
    for (const input of inputsOf(v)) {
      const used = holderOf(input);
      const left = mustGet(users, used) - 1;
      users.set(used, left);
      if (left === 0 && used.from.kind === 'op') live -= bytesOf(used);
    }
  }
  return { largest, peak };
}

function inputsOf({ from }: Var): Var[] {
  return from.kind === 'op' ? from.inputs.filter((input) => input !== null) : [];
}

/** The Var whose memory this one is a view of; for most, itself. */
function holderOf(v: Var): Var {
  let held = v;
  while (held.from.kind === 'op' && isView(held)) held = held.from.inputs[0]!; // a view is of something
  return held;
}

function isView({ from, target }: Var): boolean {
  if (from.kind !== 'op') return false;
  // On WebGPU the Transposes around each Conv cancel out.
  return from.type === 'Reshape' || (from.type === 'Transpose' && target.layout === 'nhwc');
}
