/** Gives a checkpoint what a picture's prompts and settings call for, and says what could not be had. */
import type { Checkpoint } from '../pipeline/checkpoint';
import type { Tools } from '../pipeline/generate';
import type { OpenUpscaler } from '../pipeline/enlarging/upscaler';
import type { Tokenizer } from '../text/windows';
import type { Additions } from './additions';
import type { Backend, Job, Progress } from './api';
import { settlePrompts, textsOf, type Settled } from './prompts';
import type { ModelRepository } from './model-repository';
import { wildcardLists } from './wildcards';

/** What it works with. */
interface Stock {
  readonly models: ModelRepository;
  readonly additions: Additions;
  /** The address of models/ beside the app. */
  readonly folder: string;
  readonly tokenizer: () => Promise<Tokenizer>;
  readonly openUpscaler: (name: string, backend: Backend, signal: AbortSignal) => Promise<OpenUpscaler>;
}

/** What a job is drawn with. */
export interface Equipped {
  readonly tools: Tools;
  /** The prompts as text encoders read them. */
  readonly read: Settled['read'];
  /** The prompts as a recipe states them. */
  readonly told: Settled['told'];
  /** Ids of the files that the picture is drawn with, beside its checkpoint's. */
  readonly files: readonly string[];
}

/** Finds and opens what a job needs beside its checkpoint. */
export type Equip = (
  checkpoint: Checkpoint,
  job: Job,
  signal: AbortSignal,
  report: (progress: Progress) => void,
) => AsyncGenerator<Progress, Equipped, void>;

/**
 * @returns a generator that equips a checkpoint for a job and yields notices; its errors are those of the files that it
 * opens.
 */
export function equipFrom({ models, additions, folder, tokenizer, openUpscaler }: Stock): Equip {
  return async function* (checkpoint, { backend, vae = '', taesd = '', ...job }, signal, report) {
    const prompts = [job.prompt, job.negative, job.hires?.prompt, job.hires?.negative].join();
    const names = prompts.includes('<') ? await models.loraNames() : [];
    const lists = prompts.includes('__') ? await wildcardLists(folder) : new Map<string, string[]>();
    const { told, read, loras, missing, ignored } = settlePrompts(job, names, lists);
    if (missing.length > 0) yield { kind: 'notice', notice: { code: 'lists-missing', names: missing } };
    if (ignored.length > 0) yield { kind: 'notice', notice: { code: 'tags-ignored', tags: ignored } };
    const { uses, ids } = await additions.useLoras(checkpoint, loras, signal);
    for (const { name, use } of uses) {
      if (use.unused.length > 0) yield { kind: 'notice', notice: { code: 'lora-in-part', name, use } };
    }
    await additions.useVae(checkpoint, vae, signal);
    await additions.useTaesd(checkpoint, taesd, signal);
    const guides = job.controls?.map((control) => control.model) ?? [];
    await additions.useControls(checkpoint, guides, signal);
    const referred = await additions.useReferences(checkpoint, job.references ?? [], signal);
    const { embeddings, unfit } = await additions.embeddingsFor(checkpoint, textsOf(read), ids, signal);
    if (unfit.length > 0) yield { kind: 'notice', notice: { code: 'words-for-others', words: unfit } };
    const t5 = await checkpoint.t5Tokenizer();
    if (checkpoint.model.t5 && !t5) yield { kind: 'notice', notice: { code: 't5-without-tokenizer' } };
    const upscaler = (name: string): Promise<OpenUpscaler> => openUpscaler(name, backend, signal);
    const readers = { tokenizer: await tokenizer(), ...(t5 && { t5 }), embeddings };
    const tools = { checkpoint, ...readers, report, signal, upscaler };
    const called = (await models.words(textsOf(read), ids)).flatMap((word) => word.files.map(({ id }) => id));
    const files = [...(vae ? [vae] : []), ...guides, ...referred, ...ids, ...called];
    return { tools, read, told, files };
  };
}
