/** How fast something comes in, over the last seconds: servers and lines change their mind. */
const WINDOW = 8000;
/** Before that much was seen, a number would only jump. */
const LEAST = 1000;

export class Speed {
  #seen: { readonly at: number; readonly bytes: number }[] = [];

  /** @param at in milliseconds. @returns bytes a second; null while that cannot be told. */
  told(at: number, bytes: number): number | null {
    this.#seen.push({ at, bytes });
    while (this.#seen.length > 2 && at - this.#seen[1]!.at >= WINDOW) this.#seen.shift();
    const first = this.#seen[0]!; // just put there
    const span = at - first.at;
    return span < LEAST ? null : Math.max(0, ((bytes - first.bytes) / span) * 1000);
  }
}
