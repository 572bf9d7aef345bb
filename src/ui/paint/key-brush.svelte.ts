import type { Point } from '../../canvas/tools';
import { masked } from '../../canvas/pixels';
import { words } from '../words/language.svelte';
import type { MaskBoard, Tool } from './board.svelte';
import type { Viewport } from './viewport.svelte';

const directions: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** So far from the window's edge it stays in sight, in CSS pixels. */
const MARGIN = 24;

/**
 * The tools without a pointer: arrow keys move a place on the picture, and a tool works there while Space is held, or from
 * one Enter to the next.
 */
export class KeyBrush {
  /** In pixels of the picture; null while a pointer is used. */
  at = $state.raw<Point | null>(null);
  /** What is read out. */
  said = $state('');

  readonly #board: MaskBoard;
  readonly #viewport: Viewport;
  /** The key that a tool works by, and the tool. */
  #held: { readonly key: ' ' | 'Enter'; readonly tool: Tool } | null = null;
  /** Where it was when it was last hidden. */
  #left: Point | null = null;

  constructor(board: MaskBoard, viewport: Viewport) {
    this.#board = board;
    this.#viewport = viewport;
  }

  /** Where it was, if that is still seen, and else in the middle of what is. */
  show(): void {
    const { width, height } = this.#viewport.box;
    const left = this.#left && this.#isSeen(this.#left) ? this.#left : null;
    this.at ??= this.#inside(left ?? this.#viewport.toPicture({ x: width / 2, y: height / 2 }));
  }

  /** A pointer is used instead, or the keys are elsewhere. */
  hide(): void {
    this.leave();
    this.#left = this.at ?? this.#left;
    this.at = null;
  }

  /** Reads out how much is masked, after an edit of any kind. @param bounds around it. */
  tell(bounds = this.#board.bounds): void {
    if (this.at && !this.#held) this.said = words.paint.masked(bounds ? masked(this.#board.sheet) : 0);
  }

  /** Whether the key is one of its own. With the tool Pan none is, and Space is none while a pointer is used. */
  press({ key, shiftKey, repeat }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'repeat'>): boolean {
    const direction = directions[key];
    this.#heed(key);
    if (this.#board.tool === 'pan') return false;
    if (direction) this.#move(direction, shiftKey ? 1 : this.#step);
    else if ((key !== ' ' && key !== 'Enter') || (key === ' ' && !this.at)) return false;
    else if (!repeat) this.#work(key);
    return true;
  }

  release(key: string): void {
    if (key === ' ' && this.#held?.key === ' ') this.leave();
  }

  /** What is being painted is done. */
  leave(): void {
    if (!this.#held) return;
    this.#held = null;
    this.#board.end();
    this.tell();
  }

  /** Escape takes back what is being painted, another tool ends it, and undo may have ended it already. */
  #heed(key: string): void {
    if (!this.#held) return;
    if (key === 'Escape') this.#board.cancel();
    if (!this.#board.isPainting) {
      this.#held = null;
      this.tell();
    } else if (this.#held.tool !== this.#board.tool) this.leave();
  }

  #work(key: ' ' | 'Enter'): void {
    this.show();
    if (this.#held) {
      if (this.#held.key === key) this.leave();
      return;
    }
    if (!this.at) return;
    this.#held = { key, tool: this.#board.tool };
    this.#board.begin({ ...this.at, pressure: 1 }, false);
    if (this.#board.tool === 'fill') this.leave(); // nothing of it follows the brush
    else this.#tell(this.at);
  }

  #move({ x, y }: Point, by: number): void {
    this.show();
    if (!this.at) return;
    this.at = this.#inside({ x: this.at.x + x * by, y: this.at.y + y * by });
    if (this.#held) this.#board.move([{ ...this.at, pressure: 1 }]);
    this.#keepInSight(this.at);
    this.#tell(this.at);
  }

  /** Half a brush: strokes that follow each other leave nothing out. */
  get #step(): number {
    const { tool, size, sheet } = this.#board;
    const whole = tool === 'brush' || tool === 'eraser' ? size / 2 : Math.max(sheet.width, sheet.height) / 32;
    return Math.max(Math.round(whole), 1);
  }

  #inside({ x, y }: Point): Point {
    const { width, height } = this.#board.sheet;
    const within = (value: number, most: number): number =>
      Math.min(Math.max(Math.floor(value), 0), most - 1) + 0.5;
    return { x: within(x, width), y: within(y, height) };
  }

  #isSeen(at: Point): boolean {
    const { x, y } = this.#viewport.toScreen(at);
    const { width, height } = this.#viewport.box;
    return x >= 0 && y >= 0 && x <= width && y <= height;
  }

  #keepInSight(at: Point): void {
    const { x, y } = this.#viewport.toScreen(at);
    const { width, height } = this.#viewport.box;
    const beyond = (place: number, length: number): number =>
      Math.max(MARGIN - place, 0) + Math.min(length - MARGIN - place, 0);
    const [dx, dy] = [beyond(x, width), beyond(y, height)];
    if (dx || dy) this.#viewport.pan(dx, dy);
  }

  #tell(at: Point): void {
    this.said = words.paint.brush(this.#board.tool, at, this.#held !== null);
  }
}
