/** Encodings with emphasis, several windows among them, against A1111's way of weighing. */
import { beforeAll, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import { conditions } from '../../src/text/conditions';
import { distinctWindows, encodings, keyOf, type Encoded } from '../../src/text/encodings';
import type { Emphasis } from '../../src/text/weigh';
import { marked, type Tokenizer } from '../../src/text/windows';
import { openCheckpoint, servedTokenizer } from './drawing';
import { goldenBytes, goldenJson, goldenTensors, present } from './root';

const folder = 'tokenizer_cases/weighted_encoding_sd1';
const TOLERANCE = 1e-4;
/** How far the mean of an encoding may be off. */
const MEAN_ERROR = 1e-7;

interface Case {
  model: string;
  cases: { prompt: string; chunks: number; mean_ratios: number[] }[];
}

if (present(`${folder}/case.json`, `${folder}/expected.safetensors`)) {
  const golden = goldenJson(`${folder}/case.json`) as Case;
  const model = /models\/.*\.safetensors/.exec(golden.model)![0];
  if (present(model)) {
    let checkpoint: Checkpoint;
    let tokenize: Tokenizer;
    beforeAll(async () => {
      checkpoint = await openCheckpoint(goldenBytes(model));
      tokenize = await servedTokenizer();
    });

    it.each(golden.cases.map((one, n) => ({ ...one, n })))(
      '$prompt',
      async ({ prompt, n, chunks, mean_ratios }) => {
        const expected = goldenTensors(`${folder}/expected.safetensors`);
        const { texts } = checkpoint.model;
        const [condition] = conditions(prompt, 'negative', {
          language: 'A1111',
          emphasis: 'A1111',
          steps: 20,
          tokenize,
        });
        expect(condition!.texts).toHaveLength(1);
        const inWindows = condition!.texts[0]!.map((window) => marked(window, texts[0]));
        expect(inWindows).toHaveLength(chunks);
        expect(inWindows.flatMap(({ ids }) => [...ids])).toEqual([...expected(`${n}.input_ids`).data]);
        expect(inWindows.flatMap(({ weights }) => [...weights])).toEqual([...expected(`${n}.weights`).data]);

        const encoded = new Map<string, Encoded>();
        const windows = distinctWindows([condition!], 'A1111');
        for (const [i, one] of (await checkpoint.encode(windows, () => undefined)).entries())
          encoded.set(keyOf(windows[i]!), one);
        // The mean of a random network is near 0: where it is, what it is divided by is known less well.
        const noNorm = [...expected(`${n}.no_norm`).data];
        const each = noNorm.length / chunks;
        const slack = mean_ratios.map((ratio, at) => {
          const mean = noNorm.slice(at * each, (at + 1) * each).reduce((a, b) => a + b, 0) / each;
          return Math.abs(ratio) * (1 + MEAN_ERROR / Math.abs(mean) / TOLERANCE);
        });
        const ratio = Math.max(1, ...slack);
        for (const [emphasis, name, tolerance] of [
          ['off', 'unweighted', TOLERANCE],
          ['No norm', 'no_norm', TOLERANCE],
          ['A1111', 'original', TOLERANCE * ratio],
        ] as const satisfies readonly (readonly [Emphasis, string, number])[]) {
          const [found] = encodings(condition!, {
            emphasis,
            widths: texts.map(({ width }) => width),
            marks: texts[0],
            encodingOf: (window) => encoded.get(keyOf(window))!,
          });
          const theirs = expected(`${n}.${name}`).data;
          expect(found!.context).toHaveLength(theirs.length);
          const worst = found!.context.reduce(
            (all, value, i) => Math.max(all, Math.abs(value - theirs[i]!)),
            0,
          );
          console.info(`${emphasis}, ${chunks} windows: worst difference ${worst.toExponential(1)}`);
          expect(worst, name).toBeLessThan(tolerance);
        }
      },
    );
  }
}
