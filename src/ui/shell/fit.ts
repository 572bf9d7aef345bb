/** Pictures up to this side, in pixels, are enlarged by whole numbers: smoothing would blur what little there is. */
const small = 192;

/** How large to show a picture of w × h in a box, in CSS pixels. */
export function fit(w: number, h: number, boxW: number, boxH: number) {
  const scale = Math.max(Math.min(boxW / w, boxH / h), 0);
  const crisp = scale >= 1 && Math.max(w, h) <= small;
  const shown = crisp ? Math.floor(scale) : Math.min(scale, 2);
  return { width: w * shown, height: h * shown, crisp };
}
