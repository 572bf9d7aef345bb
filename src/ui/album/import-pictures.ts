/** Pictures that were made elsewhere, with the recipes that other tools wrote into them. */
import { isAbort, toDrobeError, type DrobeError } from '../../errors';
import { recipeInPicture, recipeInPixels } from '../../recipe/read';
import { resourcesOf, type Recipe } from '../../recipe/recipe';
import { nameOf } from '../../weights/db';
import { columnsOf } from '../files/decode';
import { opened, readHead, type Original, type Unopened } from '../files/picture';
import { jobOf } from '../settings/job';
import { completed, settingsOf } from '../settings/recipe';
import { initial, RANDOM, type Settings } from '../settings/settings';
import type { StoredPicture } from './stored';

/** Progress of an import of pictures. */
export interface ImportProgress {
  /** How many files were looked at. */
  readonly done: number;
  readonly kept: number;
  /** How many are in the album already, byte for byte. */
  readonly known: number;
  readonly refused: readonly Refused[];
}

/** A file that was not imported, and why. */
export interface Refused {
  readonly name: string;
  readonly error: DrobeError;
}

/** A picture to import, and what was computed from its file. */
export interface ImportedPicture {
  readonly picture: StoredPicture;
  readonly hash: string;
  readonly thumbnail: Blob;
}

/** Where the pictures go. */
interface Taker {
  isKnown(hash: string): boolean;
  /** @throws DrobeError 'quota' | 'storage', after which there is no use in more. */
  take(picture: ImportedPicture): Promise<void>;
}

/**
 * Reads files one after another and passes on those that are pictures, with their recipes. Yields its progress after each.
 * Pull no more to stop it.
 */
export async function* importPictures(
  files: Iterable<File> | AsyncIterable<File>,
  taker: Taker,
): AsyncGenerator<ImportProgress, void, void> {
  let told: ImportProgress = { done: 0, kept: 0, known: 0, refused: [] };
  for await (const file of files) {
    const { name } = file;
    const done = told.done + 1;
    try {
      const unopened = await readHead(file);
      const hash = await nameOf(unopened.bytes);
      if (taker.isKnown(hash)) {
        told = { ...told, done, known: told.known + 1 };
      } else {
        await taker.take({ ...(await lookInto(unopened, file.lastModified)), hash });
        told = { ...told, done, kept: told.kept + 1 };
      }
    } catch (thrown) {
      if (isAbort(thrown)) throw thrown;
      const error = toDrobeError(thrown);
      told = { ...told, done, refused: [...told.refused, { name, error }] };
      if (error.code === 'quota' || error.code === 'storage') {
        yield told;
        return;
      }
    }
    yield told;
  }
}

async function lookInto(unopened: Unopened, made: number): Promise<Omit<ImportedPicture, 'hash'>> {
  const { original, thumbnail } = await opened(unopened);
  const columns = columnsOf(unopened.blob, unopened.bytes);
  const recipe = recipeInPicture(unopened.bytes) ?? (columns && (await recipeInPixels(columns)));
  return { picture: keptOf(original, recipe, made), thumbnail };
}

/** An imported picture in the form of one made here, as far as its recipe says. @param made milliseconds since 1970. */
export function keptOf(itself: Original, recipe: Recipe | null, made: number): StoredPicture {
  const { width, height, name } = itself;
  const settings: Settings = {
    ...{ ...initial, prompt: '', negative: '', seed: RANDOM, width, height },
    ...(recipe && settingsOf(completed(recipe), 1)),
  };
  const { source: _, controls: __, references: ___, ...job } = jobOf(settings, null);
  const model = recipe ? resourcesOf(recipe, 'model')[0]?.name : undefined;
  return {
    ...{ mode: recipe?.settings.mode ?? 'text', settings, original: null, place: null, model: model ?? '' },
    ...{ fileName: name, job, itself, took: 0, parts: { encode: 0, steps: [], decode: 0 } },
    ...{ brought: { tool: recipe?.tool ?? null }, made },
  };
}
