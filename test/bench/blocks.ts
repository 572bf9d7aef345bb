/** How long a page does not answer, asked of the page itself: functions that run there, of which only the text gets there. */

declare global {
  interface Window {
    /** The longest time between two turns of its loop, and the longest task that the browser tells of, in milliseconds. */
    longest?: number;
    stopWatching?: () => void;
  }
}

/** From now on. */
export function watchBlocks(): void {
  const EVERY = 10;
  window.stopWatching?.();
  window.longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    window.longest = Math.max(window.longest ?? 0, now - last - EVERY);
    last = now;
  }, EVERY);
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest ?? 0, duration);
  });
  observer.observe({ type: 'longtask' });
  window.stopWatching = () => {
    clearInterval(timer);
    observer.disconnect();
  };
}

/** Since it was watched. */
export function longestBlock(): number {
  window.stopWatching?.();
  return window.longest ?? NaN;
}
