/**
 * What this page or worker asks of servers, as the browser itself notes it down: whatever code asked, and by whatever
 * means. One to the app's own server counts once bytes came over the line, not where a cache or the service worker answered;
 * one to any other server always counts, even where the policy stopped it. Not noted are requests that were broken off, the
 * steps of a redirect, and what browsers ask for by themselves, such as a newer service worker.
 */

/**
 * Tells the servers of requests, each as often as it was asked, those before now too.
 * @param tell takes origins: "https://huggingface.co".
 */
export function watchRequests(tell: (origins: readonly string[]) => void): void {
  const observer = new PerformanceObserver((list) => {
    const origins = originsOf(list.getEntries() as PerformanceResourceTiming[], self.origin); // of the two kinds asked for
    if (origins.length > 0) tell(origins);
  });
  for (const type of PerformanceObserver.supportedEntryTypes) {
    // Of the page itself there is a navigation.
    if (type === 'resource' || type === 'navigation') observer.observe({ type, buffered: true });
  }
}

export function originsOf(
  entries: readonly Pick<PerformanceResourceTiming, 'name' | 'transferSize'>[],
  own: string,
): string[] {
  return entries.flatMap(({ name, transferSize }) => {
    const { protocol, origin } = new URL(name);
    const asked = /^https?:$/.test(protocol) && (origin !== own || transferSize > 0);
    return asked ? [origin] : [];
  });
}
