import { expect, it } from 'vitest';
import { firstChannels, membersOf, oneByOne } from '../../../src/pipeline/batch';
import type { Value } from '../../../src/runtime/session';

/** Numbers 0, 1, 2 … of a shape. */
function counted(...shape: number[]): Value {
  return { data: Float32Array.from({ length: shape.reduce((n, d) => n * d) }, (_, i) => i), shape };
}
const numbers = ({ data }: Value): number[] => [...data];

const batch = { latents: counted(2, 3, 1, 2), timestep: counted(2, 2), context: counted(2, 1, 2) };

it('members of a batch are taken out in the order that is asked for', () => {
  const one = membersOf(batch, [1, 0, 1]);
  expect(one.latents.shape).toEqual([3, 3, 1, 2]);
  expect(numbers(one.timestep)).toEqual([2, 3, 0, 1, 2, 3]);
});

it('asked one by one, members are told apart in everything that they come with', async () => {
  const asked: number[][] = [];
  const answer = await oneByOne(
    ({ latents, scale }) => {
      asked.push([...numbers(latents), ...numbers(scale)]);
      return Promise.resolve(Float32Array.of(asked.length));
    },
    { ...batch, scale: counted(2, 1) },
  );
  expect(asked).toEqual([
    [0, 1, 2, 3, 4, 5, 0],
    [6, 7, 8, 9, 10, 11, 1],
  ]);
  expect([...answer]).toEqual([1, 2]);
});

it('a net that does not see what a UNet sees beside the latents is shown the first channels of each member', () => {
  const first = firstChannels(batch.latents, 1);
  expect([first.shape, numbers(first)]).toEqual([
    [2, 1, 1, 2],
    [0, 1, 6, 7],
  ]);
  expect(firstChannels(batch.latents, 3)).toEqual(batch.latents);
});
