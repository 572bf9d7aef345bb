/** The nets against PyTorch, the same proof for every backend. */
import { beforeAll, describe, expect, it } from 'vitest';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../../src/nets/graphs';
import { unusedTensors } from '../../src/nets/detect/unused';
import type { Machine } from '../../src/runtime/device';
import { GoldenNets, tolerance, type Golden, type Ways } from './net-cases';

export function describeNets(
  backend: string,
  findMachine: () => Promise<Machine>,
  golden: Golden,
  models: readonly string[],
  ways: Ways = 'all',
): void {
  let machine: Machine;
  beforeAll(async () => {
    machine = await findMachine();
  });

  for (const name of models) {
    describe(`${name} on ${backend}`, () => {
      let nets: GoldenNets;
      beforeAll(async () => {
        nets = await GoldenNets.open(machine, golden, name);
      });
      const cases = (kind: RegExp): string[] => golden.casesOf(name).filter((test) => kind.test(test));
      const expectSame = async (test: string): Promise<void> => {
        for (const { what, worst } of await nets.compare(test, ways)) {
          console.info(`${backend} ${name} ${what}: worst relative difference ${worst.toExponential(1)}`);
          expect(worst).toBeLessThan(tolerance(nets.target.dtype, name, test));
        }
      };

      it('uses every key of its nets', () => {
        const used = new Set<string>();
        const { model, target, form } = nets;
        const checkpoint = { model, tensors: form.tensors };
        const size = { batch: 1, h: 8, w: 8 };
        for (const encoder of model.texts.keys()) textGraph(checkpoint, target, { batch: 1, encoder }, used);
        for (const author of [unetGraph, decoderGraph, encoderGraph]) author(checkpoint, target, size, used);
        expect(unusedTensors(model, form, used)).toEqual([]);
      });

      it.each(cases(/^unet/))('predicts noise as diffusers does (%s)', expectSame);
      it.each(cases(/^text/))('encodes text as transformers does (%s)', expectSame);
      it.each(cases(/^vae/))('decodes and encodes pictures as diffusers does (%s)', expectSame);
    });
  }
}

/** Packed files end in .gzip: servers send .gz with a Content-Encoding, and the browser would unpack it unasked. */
export async function unzipped(gz: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([gz]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
