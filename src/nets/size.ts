/** How large what a net works on is, and how many of it at once. */
export interface LatentSize {
  readonly batch: number;
  /** Height and width in latents. */
  readonly h: number;
  readonly w: number;
}
