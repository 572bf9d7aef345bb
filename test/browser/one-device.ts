/** Nets on one graphics device, where each shader is compiled once for all. */
import { build, input } from '../../src/graph/graph';
import { fromImage, relu, toImage } from '../../src/graph/nn';
import type { Machine } from '../../src/runtime/device';
import { memorySource } from '../../src/weights/source';

/** The same machine with one device for all its nets. In the app each net has its own, which frees its memory. */
export async function withOneDevice(machine: Machine): Promise<Machine> {
  const device = await machine.openDevice();
  if (!device) throw new Error('There is no device to share.');
  device.destroy = () => undefined; // a net that is released destroys its own
  const openDevice = (): Promise<GPUDevice> => Promise.resolve(device);
  // ONNX Runtime forgets shaders with the last session of a device: this one stays.
  const graph = build({ y: toImage(relu(fromImage(input('x', [1, 4, 2, 2], machine.target())))) });
  const none = { tensors: new Map<string, never>(), source: memorySource(new Uint8Array()) };
  await machine.sessions.open(graph, none, openDevice);
  return { ...machine, openDevice };
}
