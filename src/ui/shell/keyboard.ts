/** What of the window a phone's keyboard lies over, where the browser does not shrink the page for it. */
export interface Seen {
  /** Of the window as the page is laid out in it, in CSS pixels. */
  readonly layoutHeight: number;
  /** Of the part of it that can be seen. */
  readonly height: number;
  readonly offsetTop: number;
  /** Over 1 where somebody has zoomed in by two fingers: then what is out of sight is meant to be. */
  readonly scale: number;
}

/** How many CSS pixels at the lower end of the window are covered. */
export const covered = ({ layoutHeight, height, offsetTop, scale }: Seen): number =>
  scale > 1.01 ? 0 : Math.max(0, Math.round(layoutHeight - height - offsetTop));

/** Keeps `--keyboard` at what is covered, for what lies at the lower end. @returns how to stop */
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
