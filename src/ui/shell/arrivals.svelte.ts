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

/** Whom what arrives is for. */
interface Rooms {
  readonly studio: Studio;
  readonly library: Library;
  readonly downloads: Downloads;
  readonly recipes: RecipeOffer;
  /** Opens the album; absent where there is no view of it. */
  readonly showAlbum?: () => void;
}

const shared = async (): Promise<Shared> =>
  takeShared(await caches.open(sharedCache(new URL('./', location.href).href)));

/** What comes from outside: files, links with something behind #, what other apps share, what the system starts the app with. */
export class Arrivals {
  /** A picture that came in while another one is painted on. */
  questioned = $state.raw<{ readonly file: File; readonly aside: number } | null>(null);

  readonly #rooms: Rooms;
  readonly #shared: () => Promise<Shared>;

  constructor(rooms: Rooms, fromOthers = shared) {
    this.#rooms = rooms;
    this.#shared = fromOthers;
  }

  /** A recipe is offered, a picture without one is started from, a table is one of styles, the rest are models. */
  async take(brought: readonly LocalFile[]): Promise<void> {
    const { studio, library } = this.#rooms;
    const files = await Promise.all(
      brought.map(async (local) => ({ ...local, file: await recognised(local.file) })),
    );
    const [picture, ...aside] = files.filter(({ file }) => isImage(file));
    const [table] = files.filter(({ file }) => isStyleFile(file));
    const others = files.filter(({ file }) => !isImage(file) && !isStyleFile(file));
    if (table) void studio.styles.take(table.file);
    const [first] = others;
    if (picture && !(await this.#isRecipe(picture.file, aside.length)))
      this.#start(picture.file, aside.length);
    if (others.length === 1 && first && (await this.#isRecipe(first.file))) return;
    if (others.length) void library.install(others);
  }

  /**
   * Does what stands in an address behind #: a recipe is offered, a shortcut of the installed app followed, what was
   * shared taken.
   * @returns whether something stood there, which is then done with: a reload is not to do it again.
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

  /** Takes what the installed app is started with, now and later. @param queue undefined where a browser has none. */
  listen(queue: LaunchQueue | undefined): void {
    queue?.setConsumer(({ targetURL, files = [] }) => {
      if (targetURL) this.follow(targetURL.replace(/^[^#]*/, ''));
      const { inPlace } = this.#rooms.library.keeping.current;
      void openedFiles(files, inPlace).then((opened) => this.take(opened));
    });
  }

  /** Offered, if so. What cannot be read is none: whoever takes it then says what is wrong with it. */
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

  /** What is dropped or pasted beside all fields: a recipe, or an address. Other words have no place there. */
  takeText(text: string): void {
    const link = linkIn(text);
    if (link) this.#takeLink(link);
    else this.#rooms.recipes.pasted(text, () => {});
  }

  /** A recipe, as links to the app carry them, wherever that app lies; or else an address that may lead to a model. */
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

/** The address that a text is, if it is nothing else. */
function linkIn(text: string): URL | null {
  const address = text.trim();
  return /^https?:\/\/\S+$/i.test(address) && URL.canParse(address) ? new URL(address) : null;
}
