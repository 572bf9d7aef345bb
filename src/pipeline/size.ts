/** Height and width in latents. */
export interface LatentSize {
  readonly h: number;
  readonly w: number;
}
