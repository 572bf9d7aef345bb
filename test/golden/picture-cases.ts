/** Which pipeline cases there are, and which of them a job can ask for. */
import { chosenBy } from '../../src/sampling/labels';
import type { PipelineCase } from './pipeline-case';
import { goldenJson, listCases } from './root';

/** @param at the case's folder. */
export const caseOf = (at: string): PipelineCase => goldenJson(`${at}/case.json`) as PipelineCase;

/** The first case in which this model draws a picture of a prompt: a list of its path, or of nothing. */
export function onePicture(model: string): string[] {
  const at = `models/${model}/cases`;
  const drawn = listCases(at, (name) => {
    if (!name.startsWith('txt2img')) return false;
    const wanted = caseOf(`${at}/${name}`);
    return typeof wanted.call.prompt === 'string' && !unlike(wanted);
  });
  return drawn.slice(0, 1).map((name) => `${at}/${name}`);
}

/** What a case asks for that a job cannot; null if nothing. */
export function unlike({ call, scheduler }: PipelineCase): string | null {
  if (!chosenBy(scheduler.class)) return scheduler.class;
  const size = [call.height, call.width].join();
  const { original_size, target_size, crops_coords_top_left } = call;
  const others = [original_size, target_size].filter((told) => told && told.join() !== size);
  if (others.length > 0 || crops_coords_top_left?.some(Boolean)) return 'sizes told that are not its own';
  return null;
}
