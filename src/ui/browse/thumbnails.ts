/** How many are read at once. */
const AT_ONCE = 6;

/** Thumbnails for cards: read while a card is in view, and dropped once many others were seen. */
export class Thumbnails {
  readonly #read: (place: number) => Promise<Blob | null>;
  readonly #most: number;
  /** Thumbnails in memory, the last used at the end. */
  readonly #urls = new Map<number, string>();
  readonly #shownIn = new Map<number, Set<HTMLImageElement>>();
  /** Thumbnails to read, the last asked for at the end: that is what is looked at now. */
  readonly #waiting = new Set<number>();
  readonly #reading = new Set<number>();

  /** @param read gives null where the picture is gone. @param most how many stay in memory without being in view. */
  constructor(read: (place: number) => Promise<Blob | null>, most = 400) {
    this.#read = read;
    this.#most = most;
  }

  /** An attachment that shows a picture's thumbnail in an image element. */
  readonly into = (place: number) => (image: HTMLImageElement) => {
    const images = this.#shownIn.get(place) ?? new Set();
    this.#shownIn.set(place, images.add(image));
    const url = this.#urls.get(place);
    if (url === undefined) this.#waiting.add(place);
    else {
      image.src = url;
      this.#urls.delete(place);
      this.#urls.set(place, url);
    }
    this.#readOn();
    return () => {
      images.delete(image);
      if (images.size > 0) return;
      this.#shownIn.delete(place);
      this.#waiting.delete(place);
      this.#tidy();
    };
  };

  /** Drops all of them. */
  clear(): void {
    this.#waiting.clear();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }

  #readOn(): void {
    while (this.#reading.size < AT_ONCE) {
      const place = [...this.#waiting].at(-1);
      if (place === undefined) return;
      this.#waiting.delete(place);
      if (!this.#reading.has(place)) void this.#take(place);
    }
  }

  async #take(place: number): Promise<void> {
    this.#reading.add(place);
    // One that cannot be read stays an empty card.
    const blob = await this.#read(place).catch(() => null);
    this.#reading.delete(place);
    if (blob && !this.#urls.has(place)) this.#urls.set(place, URL.createObjectURL(blob));
    const url = this.#urls.get(place);
    if (url !== undefined) for (const image of this.#shownIn.get(place) ?? []) image.src = url;
    this.#tidy();
    this.#readOn();
  }

  #tidy(): void {
    let over = this.#urls.size - this.#shownIn.size - this.#most;
    for (const [place, url] of this.#urls) {
      if (over <= 0) return;
      if (this.#shownIn.has(place)) continue;
      this.#urls.delete(place);
      URL.revokeObjectURL(url);
      over--;
    }
  }
}
