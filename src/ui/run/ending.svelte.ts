import type { News } from './news';

/** What a person does who is there. */
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focus'] as const;

/** Whether this tells of the end of all that was asked for. Cancelling is known to whoever did it. */
export const isEnd = (news: News | null): news is Extract<News, { kind: 'done' | 'failed' }> =>
  news?.kind === 'done' || (news?.kind === 'failed' && !news.next);

/** How many pictures it told of. */
export const picturesOf = (news: News | null): number => (news?.kind === 'done' ? news.pictures : 0);

/** The end of a run, until it is seen: by somebody who moves, or comes back to this tab. */
export class Ending {
  unseen = $state.raw<News | null>(null);

  /** Called in an effect with what is said last. */
  follow(news: News | null): void {
    this.unseen = isEnd(news) ? news : null;
  }

  /** Looks out for somebody, until told not to. */
  watch(): () => void {
    const seen = () => {
      if (!document.hidden) this.unseen = null;
    };
    for (const sign of SIGNS) addEventListener(sign, seen, { passive: true });
    document.addEventListener('visibilitychange', seen);
    return () => {
      for (const sign of SIGNS) removeEventListener(sign, seen);
      document.removeEventListener('visibilitychange', seen);
    };
  }
}
