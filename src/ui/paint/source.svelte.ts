import { toDrobeError, type DrobeError } from '../../errors';
import type { Size } from '../../canvas/crop';
import type { Pixels } from '../../canvas/pixels';
import { remembering } from '../files/remembering';
import { drawPicture, readMask, readPicture, scaled, wholePicture, type Original } from '../files/picture';

export const pictures = {
  read: readPicture,
  readMask,
  draw: drawPicture,
  whole: wholePicture,
  scale: scaled,
};

/** The source picture. It lasts for the visit. */
export class SourcePicture {
  current = $state.raw<Original | null>(null);
  /** How many other pictures came with it, and are not used. */
  aside = $state(0);
  failure = $state.raw<{ readonly file: string; readonly error: DrobeError } | null>(null);
  /** What was told of it has been read. */
  #seen = $state.raw<Original | null>(null);
  /** Whether there is something to be told of it that was not read yet. */
  readonly isNews = $derived.by(
    () => this.aside > 0 || (this.#seen !== this.current && Boolean(this.current?.remarks?.length)),
  );

  readonly #pictures: typeof pictures;
  #asked = 0;
  #drawn: { readonly of: Original; readonly pixels: Pixels } | null = null;
  /** A whole picture at its own size, transparency included; read once for any number of runs. */
  readonly whole: (of: Original) => Promise<Pixels>;

  constructor(platform: typeof pictures) {
    this.#pictures = platform;
    this.whole = remembering(platform.whole);
  }

  /** Reads a file. Null where it is no usable picture, or another one was chosen meanwhile; then the current one stays. */
  async read(file: File): Promise<Original | null> {
    const number = ++this.#asked;
    this.failure = null;
    try {
      const read = await this.#pictures.read(file);
      return number === this.#asked ? read : null;
    } catch (thrown) {
      if (number === this.#asked) this.failure = { file: file.name, error: toDrobeError(thrown) };
      return null;
    }
  }

  take(original: Original | null): void {
    this.#asked++;
    this.failure = null;
    this.aside = 0;
    this.current = original;
  }

  dismiss(): void {
    this.failure = null;
    this.aside = 0;
    this.#seen = this.current;
  }

  /** `of` at this size; drawn once for any number of runs. */
  async drawn(of: Original, { width, height }: Size): Promise<Pixels> {
    const last = this.#drawn;
    if (last?.of === of && last.pixels.width === width && last.pixels.height === height) return last.pixels;
    const pixels = await this.#pictures.draw(of, { width, height });
    this.#drawn = { of, pixels };
    return pixels;
  }
}
