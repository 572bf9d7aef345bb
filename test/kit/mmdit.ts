/** The golden nets of Stable Diffusion 3 against PyTorch: MMDiT, both CLIPs, T5 and the VAE of 16 channels. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../src/graph/graph';
import type { Compared } from '../golden/net-cases';
import { LAYOUTS, SD3Nets } from '../golden/sd3-cases';
import { goldenIn, type Bench } from './bench';
import { Missing } from './row';

/** @throws Missing where none of the files is there. */
export async function compareSD3(
  { kit, machine }: Bench,
  model: string,
  test: string,
  target: Target,
): Promise<Compared[]> {
  const golden = goldenIn(kit);
  const bytesOf = (file: string): Promise<Uint8Array<ArrayBuffer>> =>
    golden.read(`models/${model}/${file}.safetensors`);
  const isThere = (file: string): boolean =>
    existsSync(join(kit, `golden/models/${model}/${file}.safetensors`));
  const layout = LAYOUTS.find(({ file }) => isThere(file));
  if (!layout) throw new Missing(`golden/models/${model} is not in the kit`);
  // Where they are not in the kit, another model's text encoders tell.
  const there = Object.entries(layout.beside).filter(([, file]) => isThere(file));
  const beside = Object.fromEntries(
    await Promise.all(there.map(async ([part, file]) => [part, await bytesOf(file)] as const)),
  );
  const nets = await SD3Nets.open(machine, await bytesOf(layout.file), beside, target);
  return nets.compare(golden, model, test);
}
