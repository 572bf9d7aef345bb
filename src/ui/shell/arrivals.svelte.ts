import type { LocalFile } from '../../engine/api';
import { SHARED, sharedCache, takeShared, type Shared } from '../../sw/shared';
import { openedFiles } from '../files/local-files';
import { isImage, recognised } from '../files/picture';
import type { Studio } from '../make/studio.svelte';
import type { Downloads } from '../models/downloads.svelte';
import type { Library } from '../models/library.svelte';
import type { RecipeOffer } from '../share/offer.svelte';
import { isStyleFile } from '../styles/styles.svelte';
import { words } from '../words/language.svelte';

/** What an installed app is started with: https://wicg.github.io/web-app-launch/. */
export interface Launch {
  readonly targetURL?: string | null;
  readonly files?: readonly FileSystemHandle[];
}

export interface LaunchQueue {
  setConsumer(consumer: (launch: Launch) => void): void;
}

/** Where arriving things go. */
interface Rooms {
  readonly studio: Studio;
  readonly library: Library;
  readonly downloads: Downloads;
  readonly recipes: RecipeOffer;
  /** Opens the album; absent in tests without one. */
  readonly showAlbum?: () => void;
}

const shared = async (): Promise<Shared> =>
  takeShared(await caches.open(sharedCache(new URL('./', location.href).href)));

/**
 * What comes from outside: dropped files, links with data behind #, what other apps share, and what the system opens with
 * the app.
 */
export class Arrivals {
  /** A picture that came in while another one is being painted on: it may be meant as its mask. */
  questioned = $state.raw<{ readonly file: File; readonly aside: number } | null>(null);

  readonly #rooms: Rooms;
  readonly #shared: () => Promise<Shared>;

  constructor(rooms: Rooms, fromOthers = shared) {
    this.#rooms = rooms;
    this.#shared = fromOthers;
  }

  /**
   * Sorts files: recipes are offered, a picture without one is worked on, a table is one of styles, all else are models.
   */
  async take(given: readonly LocalFile[]): Promise<void> {
    const { studio, library } = this.#rooms;
    const files = await Promise.all(
      given.map(async (local) => ({ ...local, file: await recognised(local.file) })),
    );
    const [picture, ...aside] = files.filter(({ file }) => isImage(file));
    const [table] = files.filter(({ file }) => isStyleFile(file));
    const others = files.filter(({ file }) => !isImage(file) && !isStyleFile(file));
    if (table) void studio.styles.take(table.file);
    const [first] = others;
    if (picture && !(await this.#isRecipe(picture.file, aside.length)))
      this.#start(picture.file, aside.length);
    if (others.length === 1 && first && (await this.#isRecipe(first.file))) return;
    if (others.length) void library.imports.add(others);
  }

  /**
   * Handles what an address has behind #: a recipe, a shortcut of the installed app, or what was shared.
   * @returns whether there was something, which should then be removed, as a reload must not repeat it.
   */
  follow(fragment: string): boolean {
    switch (fragment.replace(/^#/, '')) {
      case 'new':
        this.#begin();
        return true;
      case 'inpaint':
        this.#rooms.studio.choose('inpaint');
        return true;
      case 'album':
        this.#rooms.showAlbum?.();
        return true;
      case SHARED:
        void this.#takeShared();
        return true;
      default:
        return this.#rooms.recipes.followed(fragment);
    }
  }

  /** Handles what the installed app is opened with, now and later. @param queue undefined where the browser has none. */
  listen(queue: LaunchQueue | undefined): void {
    queue?.setConsumer(({ targetURL, files = [] }) => {
      if (targetURL) this.follow(targetURL.replace(/^[^#]*/, ''));
      const { inPlace } = this.#rooms.library.imports.keeping.current;
      void openedFiles(files, inPlace).then((opened) => this.take(opened));
    });
  }

  /**
   * Whether a file has a recipe, which is then offered. A file that cannot be read has none: whoever uses it will say what
   * is wrong with it.
   */
  #isRecipe(file: File, aside = 0): Promise<boolean> {
    return this.#rooms.recipes.look(file, aside).catch(() => false);
  }

  #start(file: File, aside: number): void {
    const { mode, source } = this.#rooms.studio.place;
    if (mode === 'inpaint' && source.current) this.questioned = { file, aside };
    else void this.#rooms.studio.startFrom(file, aside);
  }

  #begin(): void {
    const { studio } = this.#rooms;
    studio.choose('text');
    studio.view.showCanvas();
  }

  async #takeShared(): Promise<void> {
    const { files, texts } = await this.#shared();
    if (files.length > 0) return this.take(files.map((file) => ({ file, path: file.name })));
    // Some apps send a link as the text.
    const link = texts.map(linkIn).find((found) => found !== null);
    const text = texts.at(-1);
    if (link) this.#takeLink(link);
    else if (text !== undefined && !this.#rooms.recipes.pasted(text, () => this.#takeWords(text)))
      this.#takeWords(text);
  }

  /** Handles text that is dropped or pasted outside all fields: a recipe, or an address; other text is ignored. */
  takeText(text: string): void {
    const link = linkIn(text);
    if (link) this.#takeLink(link);
    else this.#rooms.recipes.pasted(text, () => {});
  }

  /** Handles a link: to the app with a recipe in it, wherever that app is hosted, or else one that may lead to a model. */
  #takeLink(link: URL): void {
    const { recipes, downloads } = this.#rooms;
    if (recipes.followed(link.hash)) return;
    if (isImage({ type: '', name: link.pathname })) recipes.refuseLink();
    else downloads.suggest(link.href);
  }

  #takeWords(prompt: string): void {
    const { form, changes, settings } = this.#rooms.studio;
    const before = settings.current.prompt;
    form.take({ prompt });
    if (before !== '' && before !== prompt)
      changes.add({ words: words.installed.promptTaken, undo: () => form.take({ prompt: before }) });
  }
}

/** The address that a text consists of, or null. */
function linkIn(text: string): URL | null {
  const address = text.trim();
  return /^https?:\/\/\S+$/i.test(address) && URL.canParse(address) ? new URL(address) : null;
}
