/** A finger that stays where it is: what a right click would be, or a key held down. */

/** In milliseconds. */
const LONG = 450;
/** So far a finger may slip, in CSS pixels. */
const STILL = 10;

type At = Pick<PointerEvent, 'clientX' | 'clientY'>;

export class LongPress {
  readonly #done: (event: PointerEvent) => void;
  #from: At | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #long = false;
  /** Whether a finger was there last. */
  isHand = false;

  constructor(done: (event: PointerEvent) => void) {
    this.#done = done;
  }

  down(event: PointerEvent): void {
    this.end();
    this.#long = false;
    this.isHand = event.pointerType === 'touch';
    if (!this.isHand) return;
    this.#from = event;
    this.#soon = setTimeout(() => {
      this.#long = true;
      this.#done(event);
    }, LONG);
  }

  move({ clientX, clientY }: At): void {
    if (!this.#from) return;
    if (Math.hypot(clientX - this.#from.clientX, clientY - this.#from.clientY) > STILL) this.end();
  }

  end(): void {
    clearTimeout(this.#soon);
    this.#from = null;
  }

  /** Whether what now looks like a click was a long press. */
  wasLong(): boolean {
    const long = this.#long;
    this.#long = false;
    return long;
  }
}
