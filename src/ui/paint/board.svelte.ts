import { lastOf } from '../../checked';
import type { Rect, Size } from '../../canvas/crop';
import type { Reading } from '../../canvas/mask-file';
import { boundsOf, greyOf, masked, type Mask } from '../../canvas/pixels';
import { around, Sheet } from '../../canvas/sheet';
import {
  clearSheet,
  invertSheet,
  paintLasso,
  paintRectangle,
  paintRegion,
  replaceSheet,
  Stroke,
  type Point,
} from '../../canvas/tools';
import { toDrobeError, type DrobeError } from '../../errors';
import { Persisted, type KeyValueStorage } from '../settings/persisted.svelte';
import { png } from '../files/png';
import type { Range } from '../controls/range';
import type { pictures } from './source.svelte';

export const tools = ['brush', 'eraser', 'rectangle', 'lasso', 'fill', 'pan'] as const;
export type Tool = (typeof tools)[number];

/** Where a pen, finger or mouse is on the picture, and how hard it presses: 0 to 1. */
export interface Touch extends Point {
  readonly pressure: number;
}

/** What is being drawn right now and is not on the mask yet: the outline of a rectangle or lasso. */
export type Outline = { readonly kind: 'rectangle' | 'lasso'; readonly points: readonly Point[] };

export const percents: Range = { min: 0, max: 100, step: 1 };
export const opacities: Range = { min: 1, max: 100, step: 1 };

export const overlays = ['#e0303a', '#1f8fff', '#19a35b', '#f0a30a', '#d63af9'] as const;

const brush = { softness: 0, opacity: 100, overlay: '#e0303a' };

/** How a file was read as a mask, and how much of the picture it masks: from 0 to 1. */
export interface MaskTold {
  readonly file: string;
  readonly reading: Reading;
  readonly share: number;
}

/** The mask that is painted over a picture, and the tools that paint it. */
export class MaskBoard {
  tool = $state<Tool>('brush');
  /** Whether only a pen paints, and a finger moves the picture. Null as long as no pen has painted: a finger does, then. */
  penOnly = $state<boolean | null>(null);
  /** The brush's diameter in pixels of the picture. */
  size = $state(40);
  readonly brush: Persisted<typeof brush>;
  sheet = $state.raw<Sheet>(new Sheet({ width: 1, height: 1 }));
  /** Around everything that is masked. */
  bounds = $state.raw<Rect | null>(null);
  /** Everything is masked, fully. */
  isFull = $state(false);
  canUndo = $state(false);
  canRedo = $state(false);
  /** So many edits were ever made on this sheet. */
  edits = $state(0);
  outline = $state.raw<Outline | null>(null);
  /** What was made of the file that became the mask. */
  told = $state.raw<MaskTold | null>(null);
  /** Why a file did not become the mask. */
  failure = $state.raw<{ readonly file: string; readonly error: DrobeError } | null>(null);
  readonly sizes = $derived.by((): Range => {
    return {
      min: 1,
      max: Math.max(100, Math.ceil(Math.max(this.sheet.width, this.sheet.height) / 2)),
      step: 1,
    };
  });

  readonly #read: (typeof pictures)['readMask'];
  readonly #painted: () => void;
  #stroke: { readonly stroke: Stroke | null; readonly erase: boolean } | null = null;
  #asked = 0;
  #watchers: readonly ((changed: Rect) => void)[] = [];

  /** @param painted called after each stroke, or what is like one. */
  constructor(
    storage: KeyValueStorage | null,
    read: (typeof pictures)['readMask'],
    painted = (): void => undefined,
  ) {
    this.#painted = painted;
    this.brush = new Persisted('brush', brush, mend, storage);
    this.#read = read;
  }

  /**
   * A mask for a picture of this size.
   * @param begun what is masked already, a number for each pixel, which is nothing to be undone; else none is.
   */
  open(size: Size, begun?: Uint8Array): void {
    const longest = Math.max(size.width, size.height);
    if (longest !== Math.max(this.sheet.width, this.sheet.height))
      this.size = Math.max(Math.round(longest / 12), 2);
    const sheet = new Sheet(size);
    if (begun) sheet.alpha.set(begun);
    this.restore(sheet);
  }

  /** A mask as it was left, with all that can be undone on it. */
  restore(sheet: Sheet): void {
    this.#stroke = null;
    this.outline = null;
    this.failure = null;
    this.told = null;
    this.#asked++;
    this.sheet = sheet;
    this.#noted();
  }

  /** Told of every part of the mask that changed. Gives a way to stop it. */
  watch(watcher: (changed: Rect) => void): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => (this.#watchers = this.#watchers.filter((other) => other !== watcher));
  }

  /** A tool touches the picture. @param erase as the eraser does, whatever the tool. */
  begin(at: Touch, erase: boolean): void {
    this.cancel();
    const wipes = erase || this.tool === 'eraser';
    if (this.tool === 'fill') {
      this.#stroke = { stroke: null, erase: wipes };
      this.#changed(paintRegion(this.sheet, at, this.#paint(wipes)));
    } else if (this.tool === 'rectangle' || this.tool === 'lasso') {
      this.#stroke = { stroke: null, erase: wipes };
      this.outline = { kind: this.tool, points: [at] };
    } else if (this.tool !== 'pan') {
      const softness = this.brush.current.softness / 100;
      this.#stroke = { stroke: new Stroke(this.sheet, { ...this.#paint(wipes), softness }), erase: wipes };
      this.move([at]);
    }
  }

  move(touches: readonly Touch[]): void {
    const { outline } = this;
    if (outline) {
      const points =
        outline.kind === 'lasso'
          ? [...outline.points, ...touches]
          : [outline.points[0]!, ...touches.slice(-1)];
      this.outline = { ...outline, points }; // an outline begins with a point
      return;
    }
    let changed: Rect | null = null;
    for (const { x, y, pressure } of touches) {
      const radius = Math.max((this.size / 2) * pressure, 0.5);
      changed = around(changed, this.#stroke?.stroke?.to({ x, y, radius }) ?? null);
    }
    this.#changed(changed);
  }

  end(): void {
    const { outline } = this;
    if (outline && this.#stroke) {
      const paint = this.#paint(this.#stroke.erase);
      const [first, last] = [outline.points[0]!, lastOf(outline.points)]; // see above
      this.#changed(
        outline.kind === 'lasso'
          ? paintLasso(this.sheet, outline.points, paint)
          : paintRectangle(this.sheet, first, last, paint),
      );
    }
    this.#finish();
    this.#painted();
  }

  /** Whether the tool touches the picture. */
  get isPainting(): boolean {
    return this.#stroke !== null;
  }

  /** As if the tool had not touched the picture. */
  cancel(): void {
    this.#stroke = null;
    this.outline = null;
    this.#changed(this.sheet.cancel());
  }

  /** Takes back the last edit; in the middle of one, that alone. */
  undo(): void {
    if (this.isPainting) return this.cancel();
    this.#changed(this.sheet.undo());
    this.#noted();
  }

  redo(): void {
    this.cancel();
    this.#changed(this.sheet.redo());
    this.#noted();
  }

  invert(): void {
    this.#changed(invertSheet(this.sheet));
    this.#finish();
    this.#painted();
  }

  clear(): void {
    this.#changed(clearSheet(this.sheet));
    this.#finish();
    this.#painted();
  }

  /** The mask becomes what this picture says, and that is told. Another size is scaled to the picture's. */
  async import(file: File): Promise<void> {
    const number = ++this.#asked;
    const outdated = (): boolean => number !== this.#asked; // another file or picture was opened meanwhile
    this.failure = null;
    this.told = null;
    try {
      const mask = await this.#read(file, this.sheet);
      if (outdated()) return;
      this.take(mask);
      this.told = { file: file.name, reading: mask.reading, share: masked(mask) };
    } catch (thrown) {
      if (!outdated()) this.failure = { file: file.name, error: toDrobeError(thrown) };
    }
  }

  /** The mask becomes this one, of the picture's size; one of another size is none of this picture's. */
  take({ width, height, alpha }: Mask): void {
    if (width !== this.sheet.width || height !== this.sheet.height) return;
    this.cancel();
    this.#changed(replaceSheet(this.sheet, alpha));
    this.#finish();
  }

  /** The mask as it is now. */
  copy(): Mask {
    const { width, height, alpha } = this.sheet;
    return { width, height, alpha: alpha.slice() };
  }

  /** The mask as a PNG of the picture's size. */
  export(): Promise<Blob> {
    return png(greyOf(this.sheet));
  }

  /** A larger brush, or a smaller one, by so many notches. */
  resize(notches: number): void {
    if (notches === 0) return;
    const size = this.size * 1.2 ** notches;
    const whole =
      notches > 0 ? Math.max(Math.round(size), this.size + 1) : Math.min(Math.round(size), this.size - 1);
    this.size = Math.min(Math.max(whole, this.sizes.min), this.sizes.max);
  }

  #paint(erase: boolean): { opacity: number; erase: boolean } {
    return { opacity: this.brush.current.opacity / 100, erase };
  }

  #finish(): void {
    this.#stroke = null;
    this.outline = null;
    this.sheet.commit();
    this.#noted();
  }

  #changed(part: Rect | null): void {
    if (part) for (const watcher of this.#watchers) watcher(part);
  }

  #noted(): void {
    this.bounds = boundsOf(this.sheet);
    this.isFull = this.sheet.alpha.every((a) => a === 255);
    this.canUndo = this.sheet.canUndo;
    this.canRedo = this.sheet.canRedo;
    this.edits = this.sheet.edits;
  }
}

function mend(found: typeof brush): typeof brush {
  const { softness, opacity } = found;
  const fits = (value: number, { min, max }: Range): boolean => value >= min && value <= max;
  return {
    softness: fits(softness, percents) ? softness : brush.softness,
    opacity: fits(opacity, opacities) ? opacity : brush.opacity,
    overlay: /^#[0-9a-f]{6}$/i.test(found.overlay) ? found.overlay : brush.overlay,
  };
}
