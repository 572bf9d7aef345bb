/** Files on the road that they take in the app, without its page and its store: told apart, opened, drawn with. */
import { toldHeader } from '../../../src/engine/files/beside';
import type { ModelEntry } from '../../../src/engine/api';
import { calledWords, sourceOf } from '../../../src/engine/called';
import { modelsAmong } from '../../../src/engine/files/models-among';
import { chosenLenders, complete, lackingIn } from '../../../src/engine/loans';
import { settlePrompts, textsOf } from '../../../src/engine/prompts';
import { whatIs, type What } from '../../../src/engine/files/verdict';
import { DrobeError, toDrobeError } from '../../../src/errors';
import { Checkpoint } from '../../../src/pipeline/checkpoint';
import { embeddingOf } from '../../../src/pipeline/files/embedding';
import type { Lent, Pixels } from '../../../src/pipeline/job';
import { joined } from '../../../src/recipe/bytes';
import { wasmMachine } from '../../../src/runtime/device';
import { Sessions } from '../../../src/runtime/session';
import { sameName } from '../../../src/text/lora';
import type { Tokenizer } from '../../../src/text/windows';
import type { Layout } from '../../../src/weights/store/layout';
import { readHeader, type Header, type Slices } from '../../../src/weights/safetensors';
import { memorySource } from '../../../src/weights/source';
import { jobWith, type Asked } from '../../job';
import { headerOf, slicesOf } from '../../safetensors';
import { draw, withoutPreviews } from '../drawing';
import { untuned } from '../runtime';

/** A file and where it lies: "vae/model.safetensors". */
export interface Dropped {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What came of files: a picture, or why there is none. */
export type Outcome = { readonly picture: Pixels } | { readonly problem: DrobeError; readonly file: string };

interface Arrived {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly header: Header;
  readonly what: What;
}

/** Drops files together, and draws with the checkpoint among them, and with what the prompt calls. */
export async function pictureOf(
  files: readonly Dropped[],
  tokenizer: Tokenizer,
  asked: Asked,
): Promise<Outcome> {
  const { models, refused } = await modelsAmong(files, ({ bytes }) => readable(bytes));
  for (const { file, problem } of refused) {
    return { file, problem: new DrobeError(problem.code, problem.facts) };
  }
  const arrived: Arrived[] = [];
  for (const { name, layout, beside } of models) {
    try {
      const bytes = wholeOf(layout);
      const header = await toldHeader(await headerOf(bytes), slicesOf(bytes), beside);
      arrived.push({ name, bytes, header, what: whatIs(header, name) });
    } catch (thrown) {
      return { file: name, problem: toDrobeError(thrown) };
    }
  }
  const model = arrived.find(({ what }) => 'facts' in what);
  if (!model) throw new Error('there is no checkpoint among these files');
  let checkpoint: Checkpoint | undefined;
  try {
    checkpoint = await checkpointOf(model, arrived);
    return { picture: await drawn(checkpoint, arrived, tokenizer, asked) };
  } catch (thrown) {
    return { file: model.name, problem: toDrobeError(thrown) };
  } finally {
    await checkpoint?.release(); // all share one heap
  }
}

/** What is no safetensors file from its beginning to its end is read as the page has it: of others Node copies too much. */
async function readable(bytes: Uint8Array<ArrayBuffer>): Promise<Slices> {
  const slices = slicesOf(bytes);
  return readHeader(slices).then(
    () => slices,
    () => new Blob([bytes]),
  );
}

/** A file that is put together of others; one that is another as it is takes no memory of its own. */
function wholeOf({ head, ranges }: Layout<Dropped>): Uint8Array<ArrayBuffer> {
  const parts = [head, ...ranges.map(({ file, begin, end }) => file.bytes.subarray(begin, end))];
  const [first, ...more] = parts.filter(({ length }) => length > 0);
  return first && more.length === 0 ? first : joined(parts);
}

/** The checkpoint, with what it borrows from the other files. */
async function checkpointOf(model: Arrived, arrived: readonly Arrived[]): Promise<Checkpoint> {
  const byName = (name: string): Arrived => arrived.find((one) => one.name === name)!; // its id here
  const entries = arrived.map(({ name, bytes, what }): ModelEntry => {
    return { id: name, file: name, bytes: bytes.length, origin: 'stored', ...what };
  });
  const lacking = await lackingIn(model.header, entries, (id) => Promise.resolve(byName(id).header));
  const opened = ({ header, bytes }: Arrived) => ({ header, source: memorySource(bytes) });
  const lenders = Object.entries(chosenLenders(lacking, {})) as [Lent, string][];
  const { inspected, weights } = complete(
    opened(model),
    lenders.map(([part, id]) => [part, opened(byName(id))]),
  );
  return new Checkpoint(withoutPreviews(inspected.model), weights, wasmMachine(new Sessions(untuned)));
}

async function drawn(
  checkpoint: Checkpoint,
  arrived: readonly Arrived[],
  tokenizer: Tokenizer,
  asked: Asked,
): Promise<Pixels> {
  const addons = arrived.flatMap((one) => ('addon' in one.what ? [{ ...one, addon: one.what.addon }] : []));
  const named = addons.flatMap((one) => (one.addon.kind === 'lora' ? [one] : []));
  const job = jobWith(asked);
  const settled = settlePrompts(
    job,
    named.map(({ addon }) => addon.name),
    new Map(),
  );
  const loras = settled.loras.map((tag) => {
    const { header, bytes } = named.find(({ addon }) => sameName(addon.name, tag.name))!; // tags name what is at hand
    return { ...tag, header, source: memorySource(bytes) };
  });
  await checkpoint.useLoras(JSON.stringify(settled.loras), () => Promise.resolve(loras));
  const listed = addons.map(({ addon }, i) => ({ id: String(i), addon }));
  const on = listed.filter(({ addon }) => settled.loras.some((tag) => sameName(addon.name, tag.name)));
  const called = calledWords(listed, textsOf(settled.read), new Set(on.map(({ id }) => id)));
  const embeddings = called.flatMap(({ trigger, ids }) => {
    const sources = ids.map((id) => {
      const { addon, name, header, bytes } = addons[Number(id)]!; // as listed
      return sourceOf(trigger, addon, { file: name, header, source: memorySource(bytes) });
    });
    return embeddingOf(trigger, sources, checkpoint.model) ?? [];
  });
  const t5 = (await checkpoint.t5Tokenizer()) ?? undefined;
  const { picture } = await draw(checkpoint, tokenizer, { ...job, ...settled.read }, embeddings, t5);
  return picture;
}
