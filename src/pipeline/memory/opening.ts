/** How a net gets onto a machine, and what changes its weights on their way there. */
import type { Graph } from '../../graph/graph';
import type { Machine } from '../../runtime/device';
import type { Patch, Weights } from '../../runtime/tensor-bytes';
import type { SharedDevice } from '../../runtime/place';
import type { Net } from '../../runtime/session';
import type { Header } from '../../weights/safetensors';
import type { ByteSource, OnBytes } from '../../weights/source';
import type { NetName } from '../job';
import type { Report } from './slot';

/** A file that adds something to a checkpoint. */
export interface OpenFile {
  /** What people call it. */
  readonly name: string;
  readonly header: Header;
  readonly source: ByteSource;
}

/** How often reading is reported, in bytes. */
const REPORT_BYTES = 8 * 2 ** 20;

/**
 * Opens a net, and tells how far its weights are read and compared with what was stored.
 * @param where absent: on a device of its own.
 */
export async function openNet(
  { sessions, openDevice }: Machine,
  name: NetName,
  graph: Graph,
  weights: Weights,
  report: Report,
  where?: SharedDevice,
): Promise<Net> {
  const telling = (kind: 'reading' | 'checking'): OnBytes => {
    let told = -Infinity;
    return (doneBytes, totalBytes) => {
      if (doneBytes - told < REPORT_BYTES && doneBytes < totalBytes) return;
      told = doneBytes;
      report({ kind, net: name, doneBytes, totalBytes });
    };
  };
  const told = [telling('reading'), telling('checking')] as const;
  const net = await sessions.open(graph, weights, where ?? openDevice, ...told);
  report({ kind: 'compiling', net: name }); // shaders are compiled by the first run
  return net;
}

/** The same weights, and these changes to them, after those that they had before. */
export function patched(weights: Weights, changes: ReadonlyMap<string, Patch>): Weights {
  const patches = new Map(weights.patches);
  for (const [key, patch] of changes) {
    const before = patches.get(key);
    patches.set(key, (numbers) => {
      before?.(numbers);
      patch(numbers);
    });
  }
  return { ...weights, patches };
}
