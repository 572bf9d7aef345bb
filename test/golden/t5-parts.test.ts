/** T5 block by block, as where it finds no room whole, gives what it gives at once. */
import { expect, it } from 'vitest';
import { openNet } from '../../src/pipeline/memory/opening';
import { Slot } from '../../src/pipeline/memory/slot';
import { T5 } from '../../src/pipeline/prompt/t5';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { goldenBytes, goldenTensors, hasGolden, modelsWith } from './root';
import { tuned } from './runtime';
import { SD3Nets } from './sd3-cases';
import { worstDifference } from './tensors';

const machine = wasmMachine(new Sessions(tuned));

const at = (name: string): string => `models/${name}/model_t5.safetensors`;

it.each(modelsWith(/^mmdit/).filter((name) => hasGolden(at(name))))('%s', async (name) => {
  const { model, weights } = await SD3Nets.open(machine, goldenBytes(at(name)));
  const expected = goldenTensors(`models/${name}/cases/text/expected.safetensors`);
  const [ids, encoded] = [expected('t5_77_ids'), expected('t5_77')];
  const [texts, length] = ids.shape as [number, number];
  const slot = new Slot('T5', 'f32', machine, (graph, report) =>
    openNet(machine, 'T5', graph, weights, report),
  );
  const blocks = new Set(
    [...weights.tensors.keys()].map((key) => /^t5\.encoder\.block\.(\d+)/.exec(key)?.[1]),
  );
  blocks.delete(undefined);
  const told: string[] = [];
  const t5 = new T5(
    model,
    () => weights,
    slot,
    () => Array.from(blocks, (_, i) => [i, i + 1] as const),
  );
  const asked = Array.from({ length: texts }, (_, n) =>
    Int32Array.from(ids.data.subarray(n * length, (n + 1) * length)),
  );
  const found = await t5.encode(asked, (progress) => {
    if (progress.kind === 'reading') told.push((progress.doneBytes / progress.totalBytes).toFixed(3));
  });
  await t5.close();
  const worst = Math.max(
    ...found.map((own, n) =>
      worstDifference(own, encoded.data.slice(n * own.length, (n + 1) * own.length) as Float32Array),
    ),
  );
  console.info(`${name}: worst relative difference ${worst.toExponential(1)}, read ${told.join(' ')}`);
  expect(worst).toBeLessThan(1e-3);
  // How far it has come goes up, over all parts.
  expect(told).toEqual(told.toSorted());
  expect(told.at(-1)).toBe('1.000');
});
