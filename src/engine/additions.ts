/** What is added to a checkpoint for a picture: LoRAs, words with vectors, another VAE, nets that guide. */
import type { Checkpoint, NamedUse } from '../pipeline/checkpoint';
import { embeddingOf, type Embedding, type EmbeddingSource } from '../pipeline/files/embedding';
import type { Lora } from '../pipeline/files/lora';
import type { OpenFile } from '../pipeline/memory/opening';
import { vaeWeights } from '../pipeline/vae';
import type { LoraTag } from '../text/lora';
import type { Job, ModelEntry } from './api';
import { sourceOf, standsAlone } from './called';
import { referenceFiles } from './references';
import type { CalledFiles, ModelRepository, Readable } from './model-repository';

/** Reads additions from the files at hand, and gives them to checkpoints: from then on these and no others. */
export class Additions {
  readonly #models: ModelRepository;
  /**
   * By checkpoint and word. Each is read once: a text encoder is opened anew unless it is given the very same objects.
   * Null for a word whose vectors do not fit the checkpoint.
   */
  readonly #embeddings = new WeakMap<Checkpoint, Map<string, Embedding | null>>();

  constructor(models: ModelRepository) {
    this.#models = models;
  }

  /**
   * The words in prompts that have vectors of their own.
   * @param on ids of the LoRAs that are on.
   * @returns `unfit`: words whose vectors were made for other models.
   */
  async embeddingsFor(
    checkpoint: Checkpoint,
    prompts: readonly string[],
    on: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<{ readonly embeddings: Embedding[]; readonly unfit: string[] }> {
    const called = await this.#models.words(prompts, on);
    const triggers = called.map(({ trigger }) => trigger);
    const embeddings: Embedding[] = [];
    const unfit: string[] = [];
    for (const word of called) {
      const embedding = await this.#embedding(checkpoint, word, signal);
      if (embedding) embeddings.push(embedding);
      else if (standsAlone(word.trigger, triggers, prompts)) unfit.push(word.trigger);
    }
    return { embeddings, unfit };
  }

  /** @param id of a VAE; empty, or of one that was removed meanwhile: the checkpoint's own. */
  async useVae(checkpoint: Checkpoint, id: string, signal: AbortSignal): Promise<void> {
    const entry = await this.#find(id);
    await checkpoint.useVae(entry?.id ?? '', async () => {
      const { name, header, source } = await this.#open(id, signal);
      return vaeWeights(name, header, source, checkpoint.model);
    });
  }

  /** @param id of a TAESD; empty, or of one that was removed meanwhile: none. */
  async useTaesd(checkpoint: Checkpoint, id: string, signal: AbortSignal): Promise<void> {
    const entry = await this.#find(id);
    await checkpoint.useTaesd(entry?.id ?? '', async () => {
      const { name, header, source } = await this.#open(id, signal);
      return { tensors: header.tensors, source, name };
    });
  }

  /** @param ids of ControlNets and T2I-Adapters. @throws DrobeError 'control-mismatch', 'model-gone' */
  useControls(checkpoint: Checkpoint, ids: readonly string[], signal: AbortSignal): Promise<void> {
    return checkpoint.controls.use(ids, (id) => this.#open(id, signal));
  }

  /**
   * @returns the ids of the files by which the checkpoint is shown the pictures.
   * @throws DrobeError 'adapter-mismatch', 'encoder-missing', 'model-gone'
   */
  async useReferences(
    checkpoint: Checkpoint,
    references: NonNullable<Job['references']>,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const files = references.length > 0 ? referenceFiles(references, await this.#models.list()) : [];
    await checkpoint.references.use(files, (id) => this.#open(id, signal));
    return [...new Set(files.flatMap(({ adapter, encoder }) => [adapter, encoder]))];
  }

  /** @returns how much of each LoRA the checkpoint uses, and the ids of their files. @throws DrobeError 'lora-unknown' */
  async useLoras(
    checkpoint: Checkpoint,
    tags: readonly LoraTag[],
    signal: AbortSignal,
  ): Promise<{ readonly uses: readonly NamedUse[]; readonly ids: ReadonlySet<string> }> {
    const called = await Promise.all(
      tags.map(async (tag) => ({ tag, id: (await this.#models.lora(tag.name)).id })),
    );
    const key = called.map(({ tag: { text, unet }, id }) => `${id}:${text}:${unet}`).join();
    const uses = await checkpoint.useLoras(key, async () => {
      const loras: Lora[] = [];
      for (const { tag, id } of called) loras.push({ ...tag, ...(await this.#openChecked(id, signal)) });
      return loras;
    });
    return { uses, ids: new Set(called.map(({ id }) => id)) };
  }

  async #embedding(
    checkpoint: Checkpoint,
    { trigger, files }: CalledFiles,
    signal: AbortSignal,
  ): Promise<Embedding | null> {
    const known = this.#embeddings.get(checkpoint) ?? new Map<string, Embedding | null>();
    this.#embeddings.set(checkpoint, known);
    const key = JSON.stringify([trigger, ...files.map(({ id }) => id)]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const sources: EmbeddingSource[] = [];
    for (const { id, file, addon } of files) {
      sources.push(sourceOf(trigger, addon, { file, ...(await this.#openChecked(id, signal)) }));
    }
    const embedding = embeddingOf(trigger, sources, checkpoint.model);
    known.set(key, embedding);
    return embedding;
  }

  async #find(id: string): Promise<ModelEntry | undefined> {
    return id ? (await this.#models.list()).find((entry) => entry.id === id) : undefined;
  }

  async #open(id: string, signal: AbortSignal): Promise<OpenFile> {
    const { header, source } = await this.#models.open(id, signal, () => undefined);
    return { name: (await this.#find(id))?.file ?? id, header, source };
  }

  /** For files that are read here and there while a checkpoint is loaded: all their bytes are checked first. */
  async #openChecked(id: string, signal: AbortSignal): Promise<Readable> {
    const opened = await this.#models.open(id, signal, () => undefined);
    await opened.source.check?.([{ begin: 0, end: opened.source.bytes }]);
    return opened;
  }
}
