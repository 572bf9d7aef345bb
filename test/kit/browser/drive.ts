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
import { AppPage, type Settings } from './page';
import { Report } from './report';
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

/** Mean difference of a picture's bytes from PyTorch's: half precision rounds them otherwise than full precision. */
const BOUND = { full: 2, half: 6 };
const bundled: Settings = { prompt: 'red apple', width: 96, height: 96, steps: 20, guidance: 5, seed: 1 };
const full: Settings = { prompt: 'red apple', width: 512, height: 512, steps: 20, guidance: 7.5, seed: 1 };

const end = performance.now() + 1000 * Number(options.seconds);
const report = new Report(options.out, end);
const model = join(options.work, 'sd15.safetensors');
const { server, address } = await serve(join(options.kit, 'app'));

for (const [variant, flags] of Object.entries(variants)) {
  const profile = join(options.work, `profile ${variant}`);
  let app: AppPage | null = null;
  await report.row(`${variant}: Chromium and its adapter`, 90, async () => {
    const path = join(options.kit, 'chromium/headless-shell.sh');
    app = await AppPage.open({ path, flags, imitated: options.imitated, profile }, address);
    const found = (await app.adapter()) ?? { adapter: 'none' };
    const facts: Record<string, string> = { flags: flags.join(' '), ...found };
    if (found['adapter'] === 'none' || (!options.imitated && found['adapter']?.includes('swiftshader')))
      throw new Error(`the card is not seen: ${JSON.stringify(facts)}`);
    return facts;
  });
  await report.row(`${variant}: the app takes WebGPU`, 60, async () => ({
    says: await opened(app).useWebGPU(),
  }));
  await report.row(`${variant}: bundled model, 96 × 96, 20 steps`, options.imitated ? 900 : 60, async () => {
    const { pixels, seconds, times } = await opened(app).draw(bundled);
    const known = await opened(app).decoded(readFileSync(join(options.kit, 'red-apple.png')));
    const { mean, worst } = pictureDifference(Uint8Array.from(pixels.data), Uint8Array.from(known.data));
    const bound = variant === 'with f16' ? BOUND.half : BOUND.full;
    if (!(mean <= bound)) throw new Error(`off by ${mean.toFixed(2)} of 255 in the mean, ${worst} at worst`);
    return { 'mean difference of 255': mean.toFixed(3), worst, seconds: seconds.toFixed(2), times };
  });
  await report.row(`${variant}: bundled model again`, options.imitated ? 900 : 60, async () => {
    const { seconds, times } = await opened(app).draw({ ...bundled, seed: 2 });
    return { seconds: seconds.toFixed(2), times };
  });
  if (!options.imitated) {
    await report.row(`${variant}: a full-size SD 1.5 is written`, 60, async () => {
      if (!existsSync(model)) await writeCheckpoint(model, stableDiffusion15());
      return {};
    });
    await report.row(`${variant}: SD 1.5 is imported`, 90, async () => {
      await opened(app).importModel(model);
      return {};
    });
    for (const time of ['first', 'second']) {
      await report.row(`${variant}: SD 1.5, 512 × 512, 20 steps, ${time} picture`, 120, async () => {
        const { seconds, times, pixels } = await opened(app).draw(full);
        if (new Set(pixels.data).size < 3) throw new Error('the picture is of one colour');
        return { seconds: seconds.toFixed(2), times };
      });
    }
  }
  await closed(app);
  await rm(profile, { recursive: true, force: true });
}
server.close();
await rm(options.work, { recursive: true, force: true });
process.exit(report.wrong ? 1 : 0); // a row that was broken off may still wait for something

async function closed(app: AppPage | null): Promise<void> {
  await app?.close().catch(() => undefined); // it may have died
}

/** @throws Error where Chromium did not start. */
function opened(app: AppPage | null): AppPage {
  if (!app) throw new Error('Chromium did not start');
  return app;
}
