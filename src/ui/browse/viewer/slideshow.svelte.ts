import { Persisted, type KeyValueStorage } from '../../settings/persisted.svelte';

/** Seconds that a picture may stay. */
export const PACES = ['2', '4', '8', '15', '30'] as const;
export type Pace = (typeof PACES)[number];

/** One picture after the other, without a hand. */
export class Slideshow {
  playing = $state(false);
  readonly pace: Persisted<{ seconds: Pace }>;

  constructor(storage: KeyValueStorage | null) {
    const first: { seconds: Pace } = { seconds: '4' };
    this.pace = new Persisted(
      'slideshow',
      first,
      (found) => (PACES.includes(found.seconds) ? found : first),
      storage,
    );
  }

  toggle(): void {
    this.playing = !this.playing;
  }

  stop(): void {
    this.playing = false;
  }

  /** Called in an effect while a picture is seen: goes on when that was there for long enough. */
  turn(on: () => void): (() => void) | undefined {
    if (!this.playing) return undefined;
    const soon = setTimeout(on, 1000 * Number(this.pace.current.seconds));
    return () => clearTimeout(soon);
  }
}
