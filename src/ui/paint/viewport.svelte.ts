import type { Size } from '../../canvas/crop';
import type { Point } from '../../canvas/tools';
import { fitted, panned, toPicture, zoomed, type View } from '../../canvas/view';

/** The window through which the picture that is painted on is seen. */
export class Viewport {
  box = $state.raw<Size>({ width: 0, height: 0 });
  picture = $state.raw<Size>({ width: 1, height: 1 });
  /** Null until somebody zooms or moves the picture: then it is shown whole. */
  #chosen = $state.raw<View | null>(null);
  readonly view = $derived(this.#chosen ?? fitted(this.picture, this.box));

  /** Shows another picture, whole. */
  open(picture: Size): void {
    this.picture = picture;
    this.fit();
  }

  fit(): void {
    this.#chosen = null;
  }

  pan(dx: number, dy: number): void {
    this.#chosen = panned(this.view, dx, dy, this.picture, this.box);
  }

  /** @param at the point that stays in place on the screen; by default the middle. */
  zoom(by: number, at: Point = { x: this.box.width / 2, y: this.box.height / 2 }): void {
    this.#chosen = zoomed(this.view, by, at, this.picture, this.box);
  }

  toPicture<P extends Point>(at: P): P {
    return { ...at, ...toPicture(this.view, at) };
  }

  toScreen({ x, y }: Point): Point {
    const { view } = this;
    return { x: x * view.scale + view.x, y: y * view.scale + view.y };
  }
}
