/** Nets are opened, and what they need is compiled, before a picture is asked for. */
import type { RunDenoiser } from './batch';
import { mayGoOn } from './go-on';
import { encodePrompts } from './prompt/encode';
import { plan, type Tools } from './generate';
import type { Job } from './job';
import { contextsOf, trial } from './pass';

/**
 * Opens the nets that a picture from words alone asks, in their order, and has each of them run once, on nothing: shaders are
 * compiled by the first run. A picture like it that is drawn next finds them as they are. Nothing is done where nets do not
 * stay on the device together, or where a T5 would be read that does not.
 * @throws AbortError between two nets, once the signal says so.
 */
export async function getReady(wish: Job, tools: Tools, signal: AbortSignal): Promise<void> {
  const { checkpoint, report } = tools;
  const { passes } = await plan(wish, tools);
  const { job, size, reading } = passes[0];
  if (!checkpoint.resident || job.source || (tools.t5 && checkpoint.readsT5InParts)) return;
  const texts = await encodePrompts(reading, job, checkpoint, report, signal);
  await mayGoOn(signal);
  await checkpoint.prepare(contextsOf({ job, texts, checkpoint }), report);
  await mayGoOn(signal);
  const run: RunDenoiser = (values) => checkpoint.predict(values, report);
  const predicted = await trial(run, { job, texts, checkpoint }, size);
  await checkpoint.prediction(() => Promise.resolve(predicted));
  await mayGoOn(signal);
  const { latentChannels } = checkpoint.model.vae;
  if (!job.hires) await checkpoint.decode(new Float32Array(latentChannels * size.h * size.w), size, report);
}
