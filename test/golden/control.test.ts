import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { GoldenGuide, guides } from './control-cases';

ort.env.wasm.numThreads = 1;
const machine = wasmMachine(new Sessions(ort));

for (const { name, layout, cases } of guides()) {
  describe(`${name}, ${layout} layout`, () => {
    let guide: GoldenGuide;
    beforeAll(async () => {
      guide = await GoldenGuide.open(machine, name, layout);
    });

    it.each(cases)('guides a UNet as diffusers does (%s)', async (test) => {
      for (const { what, worst, allowed } of await guide.compare(test)) {
        console.info(`${name} ${what}: ${worst.toExponential(1)} of ${allowed.toExponential(1)}`);
        expect(worst).toBeLessThan(allowed);
      }
    });
  });
}
