/** The parts of the window that are visible, where a phone's keyboard covers the page instead of shrinking it. */
export interface Seen {
  /** Height of the layout viewport, in CSS pixels. */
  readonly layoutHeight: number;
  /** Height of the visual viewport, the visible part of it. */
  readonly height: number;
  readonly offsetTop: number;
  /** Above 1 where somebody has zoomed in with two fingers: then parts are hidden on purpose. */
  readonly scale: number;
}

/** How many CSS pixels at the lower end of the window are covered. */
export const covered = ({ layoutHeight, height, offsetTop, scale }: Seen): number =>
  scale > 1.01 ? 0 : Math.max(0, Math.round(layoutHeight - height - offsetTop));

/** Keeps the CSS property `--keyboard` at the covered height. @returns a function that ends it. */
export function watchKeyboard(): () => void {
  const seen = window.visualViewport;
  if (!seen) return () => undefined;
  const tell = () => {
    const { height, offsetTop, scale } = seen;
    const under = covered({ layoutHeight: window.innerHeight, height, offsetTop, scale });
    document.documentElement.style.setProperty('--keyboard', `${under}px`);
  };
  tell();
  seen.addEventListener('resize', tell);
  seen.addEventListener('scroll', tell);
  return () => {
    seen.removeEventListener('resize', tell);
    seen.removeEventListener('scroll', tell);
  };
}
