/** What a model that is still to come would be chosen in place of. */
interface Place {
  readonly choice: { readonly current: { readonly id: string } };
  /** Changes whenever somebody works with what is chosen. */
  readonly worked: () => string;
}

/**
 * Whether a model may be chosen by itself when it has come: not under the hands of somebody who chose another one meanwhile, or
 * went on working.
 */
export class Choosing {
  readonly #place: Place;
  #before: string;

  constructor(place: Place) {
    this.#place = place;
    this.#before = this.#now;
  }

  get may(): boolean {
    return this.#before === this.#now;
  }

  /** To be called when one was chosen so: the next of several may be, too. */
  done(): void {
    this.#before = this.#now;
  }

  get #now(): string {
    return `${this.#place.choice.current.id} ${this.#place.worked()}`;
  }
}
