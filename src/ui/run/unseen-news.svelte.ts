import type { News } from './news';

/** Events that show that somebody is there. */
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focus'] as const;

/** Whether it announces the end of all runs. Whoever cancels knows it already. */
export const isEnd = (news: News | null): news is Extract<News, { kind: 'done' | 'failed' }> =>
  news?.kind === 'done' || (news?.kind === 'failed' && !news.next);

/** How many pictures it announces. */
export const picturesOf = (news: News | null): number => (news?.kind === 'done' ? news.pictures : 0);

/** The end of all runs, until somebody has seen it: by moving the pointer, or coming back to this tab. */
export class UnseenNews {
  unseen = $state.raw<News | null>(null);

  /** To be called in an effect with the latest news. */
  follow(news: News | null): void {
    this.unseen = isEnd(news) ? news : null;
  }

  /** Watches for signs of somebody. @returns a function that ends it. */
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
