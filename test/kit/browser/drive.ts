/**
 * Asks the app in the kit's Chromium: what it runs on, the bundled model's picture beside PyTorch's, and a full-size
 * Stable Diffusion 1.5 at 512 × 512. kit-browser.json and .md are written anew after each row.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stableDiffusion15 } from '../../unit/nets/stable-diffusion';
import { pictureDifference } from '../../golden/tensors';
import { writeCheckpoint } from '../../bench/full-size';
import type { Facts, Measured, Part } from '../row';
import { Rows, type Asked } from './asked';
import { AppPage, type Pixels, type Settings } from './page';
import { serve } from './serve';

const { values: options } = parseArgs({
  options: {
    /** The folder that make.mjs made. */
    kit: { type: 'string', default: '.' },
    out: { type: 'string', default: '.' },
    /** Folder with room for a checkpoint of 2.1 GB and a browser's copy of it. */
    work: { type: 'string', default: '/tmp/drobe-browser' },
    seconds: { type: 'string', default: '240' },
    /** On a CPU that imitates a card: SwiftShader, and the bundled model alone. */
    imitated: { type: 'boolean', default: false },
  },
});

const everywhere = ['--no-sandbox', '--enable-unsafe-webgpu', '--ignore-gpu-blocklist', '--disable-quic'];
const native = [...everywhere, '--use-vulkan=native', '--enable-features=Vulkan'];
/** What a variant is called → its flags. */
const variants: Readonly<Record<string, readonly string[]>> = options.imitated
  ? { SwiftShader: [...everywhere, '--use-webgpu-adapter=swiftshader'] }
  : { stock: native, 'with f16': [...native, '--enable-dawn-features=vulkan_enable_f16_on_nvidia'] };

/** Mean difference of a picture's bytes, relative to 255: half precision rounds them otherwise than full precision. */
const BOUND = { full: 2 / 255, half: 6 / 255 };
const bundled: Settings = { prompt: 'red apple', width: 96, height: 96, steps: 20, guidance: 5, seed: 1 };
const full: Settings = { prompt: 'red apple', width: 512, height: 512, steps: 20, guidance: 7.5, seed: 1 };
/** What an imitated card draws within minutes. */
const few: Settings = { ...bundled, steps: 2 };
const PATIENCE = options.imitated ? 10 : 1;

const end = performance.now() + 1000 * Number(options.seconds);
const about = { begun: new Date().toISOString(), 'seconds allowed': options.seconds };
const rows = new Rows(options.out, about, end);
const model = join(options.work, 'sd15.safetensors');
const { server, address } = await serve(join(options.kit, 'app'));

for (const [variant, flags] of Object.entries(variants)) {
  const profile = join(options.work, `profile ${variant}`);
  const bound = variant === 'with f16' ? BOUND.half : BOUND.full;
  const asked = (name: string, part: Part, seconds: number): Asked => ({
    name: `${variant}: ${name}`,
    part,
    seconds: seconds * PATIENCE,
  });
  let app: AppPage | null = null;
  await rows.ask(asked('Chromium and its adapter', 'what is there', 90), async () => {
    const path = join(options.kit, 'chromium/headless-shell.sh');
    app = await AppPage.open({ path, flags, imitated: options.imitated, profile }, address);
    const found = (await app.adapter()) ?? { adapter: 'none' };
    const facts: Record<string, string> = { flags: flags.join(' '), ...found };
    if (found['adapter'] === 'none' || (!options.imitated && found['adapter']?.includes('swiftshader')))
      throw new Error(`the card is not seen: ${JSON.stringify(facts)}`);
    return { facts };
  });
  await rows.ask(asked('the app takes WebGPU', 'what is there', 60), async () => ({
    facts: { says: await opened(app).runOn('webgpu') },
  }));
  if (options.imitated) {
    await rows.ask({ ...asked('bundled model, 2 steps, as on the CPU', 'truth', 60), bound }, async () => {
      const { pixels, seconds, times } = await opened(app).draw(few);
      await opened(app).runOn('wasm');
      const cpu = await opened(app).draw(few);
      const facts = { seconds: seconds.toFixed(2), times, 'on the CPU': cpu.times };
      return compared(pixels, cpu.pixels, facts);
    });
  }
  const where = options.imitated ? ' on the CPU' : '';
  await rows.ask({ ...asked(`bundled model, 20 steps${where}`, 'truth', 60), bound }, async () => {
    const { pixels, seconds, times } = await opened(app).draw(bundled);
    const known = await opened(app).decoded(readFileSync(join(options.kit, 'red-apple.png')));
    return compared(pixels, known, { seconds: seconds.toFixed(2), times });
  });
  await rows.ask(asked(`bundled model again${where}`, 'time', 60), async () => {
    const { seconds, times } = await opened(app).draw({ ...bundled, seed: 2 });
    return { facts: { seconds: seconds.toFixed(2), times } };
  });
  if (!options.imitated) {
    await rows.ask(asked('a full-size SD 1.5 is written', 'what is there', 60), async () => {
      if (!existsSync(model)) await writeCheckpoint(model, stableDiffusion15());
      return {};
    });
    await rows.ask(asked('SD 1.5 is imported', 'time', 90), async () => {
      await opened(app).importModel(model);
      return {};
    });
    for (const time of ['first', 'second']) {
      await rows.ask(asked(`SD 1.5, 512 × 512, 20 steps, ${time} picture`, 'time', 120), async () => {
        const { seconds, times, pixels } = await opened(app).draw(full);
        if (new Set(pixels.data).size < 3) throw new Error('the picture is of one colour');
        return { facts: { seconds: seconds.toFixed(2), times } };
      });
    }
  }
  await closed(app);
  await rm(profile, { recursive: true, force: true });
}
server.close();
await rm(options.work, { recursive: true, force: true });
process.exit(rows.bad ? 1 : 0); // a row that was broken off may still wait for something

function compared(actual: Pixels, expected: Pixels, facts: Facts): Measured {
  const { mean, worst } = pictureDifference(Uint8Array.from(actual.data), Uint8Array.from(expected.data));
  return { worst: mean / 255, facts: { 'mean of 255': mean.toFixed(3), 'worst of 255': worst, ...facts } };
}

async function closed(app: AppPage | null): Promise<void> {
  await app?.close().catch(() => undefined); // it may have died
}

/** @throws Error where Chromium did not start. */
function opened(app: AppPage | null): AppPage {
  if (!app) throw new Error('Chromium did not start');
  return app;
}
