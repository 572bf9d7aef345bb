import { expect, test } from 'vitest';
import type { DenoiserValues } from '../../../src/pipeline/batch';
import { DeepFeatures } from '../../../src/pipeline/reuse';

const value = (shape: readonly number[], ...data: number[]) => ({ data: Float32Array.from(data), shape });

/** About contexts of one number each; latents are two numbers, of which the second is a plane that stays. */
const asked = (
  contexts: readonly number[],
  planes: readonly number[] = [],
  label?: number,
): DenoiserValues => ({
  latents: value([contexts.length, 2, 1, 1], ...contexts.flatMap((_, n) => [Math.random(), planes[n] ?? 0])),
  timestep: value([contexts.length, 1], ...contexts.map(() => Math.random())),
  context: value([contexts.length, 1, 1], ...contexts),
  ...(label !== undefined && { label: value([contexts.length, 1], ...contexts.map(() => label)) }),
});

/** A UNet whose predictions are 10 times the context, and whose deep features are three numbers of the call. */
function watched(every: number) {
  let call = -1;
  const log: string[] = [];
  const features = new DeepFeatures({ every, call: () => call, predicted: 1 });
  const whole = ({ context }: DenoiserValues): Promise<Float32Array> => {
    log.push(`${call} whole`);
    return Promise.resolve(Float32Array.from([...context.data].flatMap((c) => [10 * c, call, 100 * c, 0.5])));
  };
  const outer = ({ context, deep }: DenoiserValues): Promise<Float32Array> => {
    log.push(`${call} outer with ${[...deep!.data].join()} as ${deep!.shape.join()}`);
    return Promise.resolve(Float32Array.from(context.data, (c) => 10 * c));
  };
  const ask = (values: DenoiserValues): Promise<Float32Array> => features.predict(values, whole, outer);
  return { log, ask, next: (by = 1) => void (call += by) };
}

test('one of so many calls is whole, and those after it go on from its deep features', async () => {
  const { log, ask, next } = watched(3);
  for (let i = 0; i < 5; i++) {
    next();
    expect([...(await ask(asked([2, 4])))]).toEqual([20, 40]);
  }
  const first = 'outer with 0,200,0.5,0,400,0.5 as 2,3';
  expect(log).toEqual([
    '0 whole',
    `1 ${first}`,
    `2 ${first}`,
    '3 whole',
    '4 outer with 3,200,0.5,3,400,0.5 as 2,3',
  ]);
});

test('with groups of one all are whole', async () => {
  const { log, ask, next } = watched(1);
  for (let i = 0; i < 3; i++) {
    next();
    await ask(asked([2]));
  }
  expect(log).toEqual(['0 whole', '1 whole', '2 whole']);
});

test('what the group has not been asked yet is asked whole: other words, labels or planes', async () => {
  const { log, ask, next } = watched(9);
  next();
  await ask(asked([2, 4]));
  for (const values of [asked([2, 5]), asked([2], [7]), asked([2], [0], 1)]) {
    next();
    await ask(values);
  }
  expect(log).toEqual(['0 whole', '1 whole', '2 whole', '3 whole']);
  next();
  await ask(asked([4]));
  await ask(asked([5, 4]));
  expect(log.slice(4)).toEqual(['4 outer with 0,400,0.5 as 1,3', '4 outer with 1,500,0.5,0,400,0.5 as 2,3']);
});

test('members that are asked one by one, or only in some calls, have features of their own', async () => {
  const { log, ask, next } = watched(4);
  next();
  await ask(asked([2]));
  next();
  await ask(asked([2]));
  await ask(asked([4]));
  next();
  await ask(asked([4]));
  expect(log).toEqual([
    '0 whole',
    '1 outer with 0,200,0.5 as 1,3',
    '1 whole',
    '2 outer with 1,400,0.5 as 1,3',
  ]);
});

test('a run that goes on in the middle of a group begins whole, and the groups are as they were', async () => {
  const { log, ask, next } = watched(3);
  next(5);
  for (let i = 0; i < 3; i++) {
    await ask(asked([2]));
    next();
  }
  expect(log).toEqual(['4 whole', '5 outer with 4,200,0.5 as 1,3', '6 whole']);
});

test('a trial before the first call is not gone on from', async () => {
  const { log, ask, next } = watched(2);
  await ask(asked([2]));
  next();
  await ask(asked([2]));
  expect(log).toEqual(['-1 whole', '0 whole']);
});
