/** The time, in milliseconds, over which speed is measured: servers and connections vary. */
const WINDOW = 8000;
/** Milliseconds without a word after which the device slept: what came before says nothing any more. */
const ASLEEP = 5 * WINDOW;
/** Milliseconds before a number is given: earlier ones would only jump. */
const LEAST = 1000;

/** How fast bytes arrive, measured over the last seconds. */
export class Speed {
  #seen: { readonly at: number; readonly bytes: number }[] = [];

  /**
   * @param at time in milliseconds.
   * @param bytes received in all.
   * @returns bytes a second; null while not known.
   */
  told(at: number, bytes: number): number | null {
    if (at - (this.#seen.at(-1)?.at ?? at) > ASLEEP) this.#seen = [];
    this.#seen.push({ at, bytes });
    while (this.#seen.length > 2 && at - this.#seen[1]!.at >= WINDOW) this.#seen.shift();
    const first = this.#seen[0]!; // just put there
    const span = at - first.at;
    return span < LEAST ? null : Math.max(0, ((bytes - first.bytes) / span) * 1000);
  }
}
