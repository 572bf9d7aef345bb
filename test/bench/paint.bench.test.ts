/**
 * What one stretch of a stroke costs, on masks of several sizes: it must not grow with the picture. Beside it what the
 * plain way would cost, which paints the whole overlay anew.
 */
import { expect, it } from 'vitest';
import { clip, Sheet } from '../../src/canvas/sheet';
import { Stroke } from '../../src/canvas/tools';
import { onScreen, paintOverlay, stripesOf } from '../../src/ui/paint/overlay';

const STRETCHES = 120;
/** Of the screen, in pixels; all of the picture is seen in it. */
const SEEN = 512;

it('a stretch of a stroke on pictures of 512², 2048² and 4096²', () => {
  const times = [512, 2048, 4096].map((side) => {
    const sheet = new Sheet({ width: side, height: side });
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SEEN;
    const context = canvas.getContext('2d')!; // this browser has one
    const view = { scale: SEEN / side, x: 0, y: 0 };
    const all = { x: 0, y: 0, width: SEEN, height: SEEN };
    const stripes = stripesOf('#e0303a');
    const stroke = new Stroke(sheet, { softness: 0.5, opacity: 1, erase: false });
    const at = (i: number) => ({
      x: 256 + 180 * Math.cos(i / 9),
      y: 256 + 180 * Math.sin(i / 7),
      radius: 40,
    });
    stroke.to(at(0));
    const parts: number[] = [];
    for (let i = 1; i <= STRETCHES; i++) {
      const started = performance.now();
      const changed = stroke.to(at(i))!; // all of it lies on the sheet
      paintOverlay(context, sheet, view, clip(onScreen(changed, view), all)!, stripes); // as above
      parts.push(performance.now() - started);
    }
    const started = performance.now();
    paintOverlay(context, sheet, view, all, stripes);
    const whole = performance.now() - started;
    parts.sort((a, b) => a - b);
    const [median, worst] = [parts[STRETCHES / 2]!, parts.at(-1)!];
    console.info(
      `${side}²: median ${median.toFixed(2)} ms, worst ${worst.toFixed(2)} ms; the whole overlay ${whole.toFixed(1)} ms`,
    );
    return median;
  });
  console.info(
    `2048² to 512²: ${(times[1]! / times[0]!).toFixed(2)}, 4096² to 512²: ${(times[2]! / times[0]!).toFixed(2)}`,
  );
  expect(times).toHaveLength(3);
});
