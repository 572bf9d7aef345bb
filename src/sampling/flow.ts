/** Networks that were trained on straight paths from latents to noise: Esser et al. (2024), arXiv 2403.03206. */

export interface FlowNoise {
  readonly kind: 'flow';
  /** How far levels are moved towards noise: section 5.3.2 there. */
  readonly shift: number;
  readonly steps: number;
}
