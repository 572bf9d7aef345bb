import { expect, it } from 'vitest';
import { Turn } from '../../src/engine/turn';

const never = new AbortController().signal;

/** An engine that tells what becomes of its turn. */
function engine() {
  const told: string[] = [];
  const turn = new Turn(async () => void told.push('gave up'));
  const take = async (signal = never) => {
    await turn.take(signal, () => told.push('waits'));
    told.push('draws');
  };
  return { told, take, end: () => turn.end() };
}

it('one draws, the other waits until it is done and has freed the device', async () => {
  const [one, other] = [engine(), engine()];
  await one.take();
  const waiting = other.take();
  await expect.poll(() => other.told).toEqual(['waits']);
  expect(one.told).toEqual(['draws']);
  one.end();
  await waiting;
  expect(one.told).toEqual(['draws', 'gave up']);

  // The other has it now, and gives it back when it is idle.
  other.end();
  await one.take();
  expect(other.told).toEqual(['waits', 'draws', 'gave up']);
  one.end();
});

it('alone, an engine keeps what it has on the device from picture to picture', async () => {
  const one = engine();
  await one.take();
  one.end();
  await one.take();
  one.end();
  expect(one.told.filter((what) => what !== 'waits')).toEqual(['draws', 'draws']);
});
