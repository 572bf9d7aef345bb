import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { watched } from '../../../src/runtime/failures';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A device that nothing goes wrong on until it is lost. */
function deviceToLose() {
  let lose: (info: GPUDeviceLostInfo) => void = () => undefined;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => (lose = resolve));
  const device = { lost, pushErrorScope: () => undefined, popErrorScope: () => Promise.resolve(null) };
  return {
    device: device as unknown as GPUDevice, // as much of one as is asked
    lose: () => lose({ reason: 'unknown', message: '' } as GPUDeviceLostInfo),
  };
}

it('what a device gave is not kept as long as the device is there', async () => {
  const watch = watched(deviceToLose().device);
  const given: WeakRef<Float32Array>[] = [];
  for (let i = 0; i < 8; i++)
    given.push(new WeakRef(await watch(() => Promise.resolve(new Float32Array(9)))));
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(given.filter((numbers) => numbers.deref())).toEqual([]);
});

it('what waits when a device is lost fails, and so does what is asked after that', async () => {
  const { device, lose } = deviceToLose();
  const watch = watched(device);
  const waiting = watch(() => new Promise(() => undefined));
  lose();
  await expect(waiting).rejects.toMatchObject({ code: 'device-lost', facts: { reason: 'unknown' } });
  await expect(watch(() => new Promise(() => undefined))).rejects.toMatchObject({ code: 'device-lost' });
});
