/** What is added to a checkpoint for a picture: LoRAs, words with vectors, another VAE, nets that guide. */
import type { Checkpoint, NamedUse } from '../pipeline/checkpoint';
import { embeddingOf, type Embedding, type EmbeddingSource } from '../pipeline/files/embedding';
import type { Lora } from '../pipeline/files/lora';
import { vaeWeights } from '../pipeline/vae';
import type { LoraTag } from '../text/lora';
import type { Job } from './api';
import { sourceOf, standsAlone } from './called';
import { referenceFiles } from './references';
import type { shelf, Readable } from './shelf';

/** @param models the files at hand. */
export function additionsFrom(models: ReturnType<typeof shelf>) {
  /** Read once for each checkpoint: what a text encoder was opened with is told by being the very same. */
  const embeddings = new WeakMap<Checkpoint, Map<string, Embedding | null>>();

  /** @param on ids of the LoRAs that are on. */
  async function embeddingsFor(
    checkpoint: Checkpoint,
    prompts: readonly string[],
    on: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<{ readonly embeddings: Embedding[]; readonly unfit: string[] }> {
    const known = embeddings.get(checkpoint) ?? new Map<string, Embedding | null>();
    embeddings.set(checkpoint, known);
    const found: Embedding[] = [];
    const unfit: string[] = [];
    const called = await models.words(prompts, on);
    const triggers = called.map(({ trigger }) => trigger);
    for (const { trigger, files } of called) {
      const key = JSON.stringify([trigger, ...files.map(({ id }) => id)]);
      if (!known.has(key)) {
        const sources: EmbeddingSource[] = [];
        for (const { id, file, addon } of files) {
          sources.push(sourceOf(trigger, addon, { file, ...(await openAddon(id, signal)) }));
        }
        known.set(key, embeddingOf(trigger, sources, checkpoint.model));
      }
      const embedding = known.get(key);
      if (embedding) found.push(embedding);
      else if (standsAlone(trigger, triggers, prompts)) unfit.push(trigger);
    }
    return { embeddings: found, unfit };
  }

  /** What is read here and there while a checkpoint is fed: all of it is compared with what was stored. */
  async function openAddon(id: string, signal: AbortSignal): Promise<Readable> {
    const opened = await models.open(id, signal, () => undefined);
    await opened.source.check?.([{ begin: 0, end: opened.source.bytes }]);
    return opened;
  }

  /** Gives the file's name; null for the model's own. */
  async function useVae(checkpoint: Checkpoint, id: string, signal: AbortSignal): Promise<void> {
    const entry = id && (await models.list()).find((other) => other.id === id);
    // One that was removed meanwhile leaves the model's own.
    await checkpoint.useVae(entry ? id : '', async () => {
      const { header, source } = await models.open(id, signal, () => undefined);
      return vaeWeights(entry ? entry.file : id, header, source, checkpoint.model);
    });
  }

  async function useTaesd(checkpoint: Checkpoint, id: string, signal: AbortSignal): Promise<void> {
    const entry = id && (await models.list()).find((other) => other.id === id);
    await checkpoint.useTaesd(entry ? id : '', async () => {
      const { header, source } = await models.open(id, signal, () => undefined);
      return { tensors: header.tensors, source, ...(entry && { name: entry.file }) };
    });
  }

  /** Lets these files guide, by their ids, and no others. @throws DrobeError 'control-mismatch', 'model-gone' */
  function useControls(checkpoint: Checkpoint, ids: readonly string[], signal: AbortSignal): Promise<void> {
    return checkpoint.controls.use(ids, opening(signal));
  }

  /**
   * Lets a checkpoint be told of these pictures, and of no others; gives the ids of the files by which it is.
   * @throws DrobeError 'adapter-mismatch', 'encoder-missing', 'model-gone'
   */
  async function useReferences(
    checkpoint: Checkpoint,
    references: NonNullable<Job['references']>,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const files = references.length > 0 ? referenceFiles(references, await models.list()) : [];
    await checkpoint.references.use(files, opening(signal));
    return [...new Set(files.flatMap(({ adapter, encoder }) => [adapter, encoder]))];
  }

  const opening = (signal: AbortSignal) => async (id: string) => {
    const { header, source } = await models.open(id, signal, () => undefined);
    const entry = (await models.list()).find((other) => other.id === id);
    return { name: entry?.file ?? id, header, source };
  };

  /** Lets a checkpoint be changed by these LoRAs, and by no others; tells how much of each it uses. */
  async function useLoras(
    checkpoint: Checkpoint,
    tags: readonly LoraTag[],
    signal: AbortSignal,
  ): Promise<{ readonly uses: readonly NamedUse[]; readonly ids: ReadonlySet<string> }> {
    const entries = await Promise.all(tags.map(({ name }) => models.lora(name)));
    const key = tags.map(({ text, unet }, i) => `${entries[i]!.id}:${text}:${unet}`).join(); // one for each tag
    const uses = await checkpoint.useLoras(key, async () => {
      const loras: Lora[] = [];
      for (const [i, tag] of tags.entries()) {
        loras.push({ ...tag, ...(await openAddon(entries[i]!.id, signal)) }); // see above
      }
      return loras;
    });
    return { uses, ids: new Set(entries.map(({ id }) => id)) };
  }

  return { embeddingsFor, useVae, useTaesd, useLoras, useControls, useReferences };
}
