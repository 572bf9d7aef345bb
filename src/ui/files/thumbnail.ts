/** Pictures made small, by the platform and beside the page's own work. */
import type { Size } from '../../canvas/crop';
import type { Encoded } from './decode';

/** The longest side of a small picture, in pixels. */
const SIDE = 256;

const QUALITY = 0.85;

/** A picture at most 256 pixels wide and high, as WebP, or as PNG where the browser writes no WebP. */
export async function thumbnailOf({ blob, pixels, width, height }: Encoded & Size): Promise<Blob> {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const bitmap = await createImageBitmap(
    pixels ? new ImageData(pixels.rgba, pixels.width, pixels.height) : blob,
    {
      resizeWidth: size.width,
      resizeHeight: size.height,
      resizeQuality: 'high',
      ...(!pixels && { imageOrientation: 'from-image' }),
    },
  );
  const canvas = new OffscreenCanvas(size.width, size.height);
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
  return canvas.convertToBlob({ type: 'image/webp', quality: QUALITY });
}
