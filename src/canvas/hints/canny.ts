/** Canny's edge detector (1986, "A Computational Approach to Edge Detection"). */
import type { Pixels } from '../pixels';

/** The tangent of 22.5 degrees, times 2^15: the direction of a gradient is found in integers. */
const TAN_22_5 = 13573;
const ONE = 1 << 15;

/**
 * Edges (255, the others 0), pixel for pixel those of OpenCV's Canny with 3 × 3 Sobel filters and the gradient |x| + |y|. Of the
 * three colours, the one with the strongest gradient counts.
 * @param low an edge continues along pixels with a gradient above this, so long as
 * @param high one of its pixels has a gradient above this.
 */
export function canny(picture: Pixels, low: number, high: number): Uint8Array<ArrayBuffer> {
  const { width, height } = picture;
  const { dx, dy, strength } = gradients(picture);
  const [weak, strong] = [Math.floor(Math.min(low, high)), Math.floor(Math.max(low, high))];

  // The gradients have a frame of zeros, one pixel wide: nothing is stronger beyond the edge of the picture.
  const stride = width + 2;
  const ridge = new Uint8Array(strength.length);
  const edge = new Uint8Array(strength.length);
  const open = new Int32Array(width * height);
  let count = 0;
  for (let y = 1; y <= height; y++) {
    for (let at = y * stride + 1; at <= y * stride + width; at++) {
      if (strength[at]! <= weak || !isRidge(strength, at, stride, dx[at]!, dy[at]!)) continue;
      ridge[at] = 1;
      if (strength[at]! <= strong) continue;
      edge[at] = 255;
      open[count++] = at;
    }
  }
  while (count > 0) {
    const at = open[--count]!;
    for (let row = at - stride; row <= at + stride; row += stride) {
      for (let near = row - 1; near <= row + 1; near++) {
        if (ridge[near] === 0 || edge[near] !== 0) continue;
        edge[near] = 255;
        open[count++] = near;
      }
    }
  }

  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (y + 1) * stride + 1;
    out.set(edge.subarray(row, row + width), y * width);
  }
  return out;
}

/** Whether no neighbour across the edge is stronger. Of two that are equal, the first counts; diagonally neither does. */
function isRidge(strength: Int32Array, at: number, stride: number, dx: number, dy: number): boolean {
  const own = strength[at]!;
  const [x, y] = [Math.abs(dx) * TAN_22_5, Math.abs(dy) * ONE];
  if (y < x) return own > strength[at - 1]! && own >= strength[at + 1]!;
  // tan 67.5° = tan 22.5° + 2
  if (y > x + Math.abs(dx) * 2 * ONE) return own > strength[at - stride]! && own >= strength[at + stride]!;
  const aslant = (dx ^ dy) < 0 ? stride - 1 : stride + 1;
  return own > strength[at - aslant]! && own > strength[at + aslant]!;
}

/** Sobel's filters, with the picture's border pixels repeated beyond it. Each list has a frame of zeros around the picture. */
function gradients({ width, height, rgba }: Pixels) {
  const stride = width + 2;
  const dx = new Int16Array(stride * (height + 2));
  const dy = new Int16Array(dx.length);
  const strength = new Int32Array(dx.length);
  for (let y = 0; y < height; y++) {
    const above = 4 * width * Math.max(y - 1, 0);
    const here = 4 * width * y;
    const below = 4 * width * Math.min(y + 1, height - 1);
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      const left = 4 * Math.max(x - 1, 0);
      const right = 4 * Math.min(x + 1, width - 1);
      let most = -1;
      for (let c = 0; c < 3; c++) {
        const aboveLeft = rgba[above + left + c]!;
        const aboveRight = rgba[above + right + c]!;
        const belowLeft = rgba[below + left + c]!;
        const belowRight = rgba[below + right + c]!;
        const across =
          aboveRight +
          belowRight -
          aboveLeft -
          belowLeft +
          2 * (rgba[here + right + c]! - rgba[here + left + c]!);
        const down =
          belowLeft +
          belowRight -
          aboveLeft -
          aboveRight +
          2 * (rgba[below + 4 * x + c]! - rgba[above + 4 * x + c]!);
        const sum = Math.abs(across) + Math.abs(down);
        if (sum <= most) continue;
        most = sum;
        dx[at] = across;
        dy[at] = down;
      }
      strength[at] = most;
    }
  }
  return { dx, dy, strength };
}
