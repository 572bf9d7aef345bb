import type { Point } from '../../canvas/tools';
import type { Touch } from './board.svelte';

/** What is done about it. Points are in CSS pixels from the canvas' corner. */
export interface Gestures {
  begin(at: Touch, erase: boolean): void;
  move(touches: readonly Touch[]): void;
  end(): void;
  cancel(): void;
  pan(dx: number, dy: number): void;
  /** @param by ratio of the new size to the old. */
  zoom(by: number, at: Point): void;
  /** Whether one pointer moves the picture instead of painting. */
  pans(): boolean;
  /** A pen paints here. */
  penned(): void;
  /** Whether a finger moves the picture instead of painting: the hand that holds a pen is to leave no mark. */
  handMoves(): boolean;
}

type PointerFacts = Pick<
  PointerEvent,
  'pointerId' | 'pointerType' | 'button' | 'buttons' | 'altKey' | 'pressure' | 'clientX' | 'clientY'
>;

/** Bits of `buttons`: a pen's other end. */
const ERASER = 32;

/** So far a finger may slip, in CSS pixels, until another one comes, or the system finds that it is a palm. */
const SLIP = 24;

const gap = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** What mouse, pen and fingers do on the mask canvas: paint with one, move and zoom with two. */
export class Pointers {
  readonly #gestures: Gestures;
  readonly #corner: () => Point;
  readonly #down = new Map<number, Point>();
  /** Fingers are down, not a mouse or a pen. */
  #byHand = false;
  /** Where a stroke began, and whether it went further than a finger slips. */
  #stroke: { readonly from: Point; meant: boolean } | null = null;
  #doing: 'nothing' | 'painting' | 'panning' | 'pinching' = 'nothing';

  /** @param corner where the canvas' top left corner is, in client coordinates. */
  constructor(gestures: Gestures, corner: () => Point) {
    this.#gestures = gestures;
    this.#corner = corner;
  }

  down(event: PointerFacts): void {
    if (event.pointerType === 'mouse' && event.button > 2) return; // back and forward
    if (event.pointerType === 'pen') this.#gestures.penned();
    if (event.pointerType !== 'touch') {
      this.#down.clear();
      this.#byHand = false;
    } else if (this.#down.size === 0) {
      this.#byHand = true;
    } else if (!this.#byHand) {
      return; // the palm of the hand that holds the pen
    }
    this.#down.set(event.pointerId, this.#at(event));
    if (this.#down.size === 2) {
      if (this.#doing === 'painting') this.#breakOff();
      this.#doing = 'pinching';
    } else if (this.#down.size === 1) {
      const isHand = this.#byHand && this.#gestures.handMoves();
      this.#doing =
        event.button === 1 || event.button === 2 || isHand || this.#gestures.pans() ? 'panning' : 'painting';
      if (this.#doing === 'painting') {
        this.#stroke = { from: this.#at(event), meant: !this.#byHand };
        this.#gestures.begin(this.#touch(event), event.altKey || (event.buttons & ERASER) !== 0);
      }
    }
  }

  /** @param events all that happened since the last frame, in order. */
  move(events: readonly PointerFacts[]): void {
    const last = events.at(-1);
    const before = last && this.#down.get(last.pointerId);
    if (!last || !before) return;
    if (last.pointerType !== 'touch' && last.buttons === 0) {
      this.up(last); // which was told to nobody: a system's menu or another window took it
      return;
    }
    const others = [...this.#down].filter(([id]) => id !== last.pointerId).map(([, point]) => point);
    const now = this.#at(last);
    this.#down.set(last.pointerId, now);
    switch (this.#doing) {
      case 'painting':
        if (this.#stroke && gap(this.#stroke.from, now) > SLIP) this.#stroke.meant = true;
        this.#gestures.move(events.map((event) => this.#touch(event)));
        break;
      case 'panning':
        this.#gestures.pan(now.x - before.x, now.y - before.y);
        break;
      case 'pinching': {
        const other = others[0];
        if (other) this.#pinch(before, now, other);
        break;
      }
      case 'nothing':
        break;
    }
  }

  up(event: Pick<PointerFacts, 'pointerId'>): void {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#doing === 'painting') this.#gestures.end();
    // The finger that stays after a pinch does not begin to paint.
    this.#doing = 'nothing';
  }

  /** The browser took the pointer away. */
  lost(event: Pick<PointerFacts, 'pointerId'>): void {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#doing === 'painting') this.#breakOff();
    this.#doing = 'nothing';
  }

  /** What somebody meant to paint stays, and can be undone; what two fingers or a palm began with goes. */
  #breakOff(): void {
    if (this.#stroke?.meant) this.#gestures.end();
    else this.#gestures.cancel();
  }

  #pinch(before: Point, now: Point, other: Point): void {
    const apart = (a: Point): number => Math.max(gap(a, other), 1);
    const middle = (a: Point): Point => ({ x: (a.x + other.x) / 2, y: (a.y + other.y) / 2 });
    const [from, to] = [middle(before), middle(now)];
    this.#gestures.pan(to.x - from.x, to.y - from.y);
    this.#gestures.zoom(apart(now) / apart(before), to);
  }

  #at({ clientX, clientY }: PointerFacts): Point {
    const { x, y } = this.#corner();
    return { x: clientX - x, y: clientY - y };
  }

  /** A mouse always presses fully; a pen that tells no pressure, too. */
  #touch(event: PointerFacts): Touch {
    const { pointerType, pressure } = event;
    return { ...this.#at(event), pressure: pointerType === 'pen' && pressure > 0 ? pressure : 1 };
  }
}
