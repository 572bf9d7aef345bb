/** How long a press must last, in milliseconds. */
const LONG = 450;
/** How far a finger may slip meanwhile, in CSS pixels. */
const STILL = 10;

type At = Pick<PointerEvent, 'clientX' | 'clientY'>;

/** Recognises a long press of a finger. */
export class LongPress {
  readonly #done: (event: PointerEvent) => void;
  #from: At | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #long = false;
  /** Whether the last pointer was a finger. */
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

  /** Whether the click that follows belongs to a long press. */
  wasLong(): boolean {
    const long = this.#long;
    this.#long = false;
    return long;
  }
}
