/**
 * The requests that this page or worker makes, as the browser itself records them, whatever code made them. A request to
 * the app's own server counts if bytes came over the network, not if a cache or the service worker answered; one to any
 * other server always counts, even if the policy stopped it. Not recorded are aborted requests, the steps of a redirect,
 * and requests that browsers make by themselves, such as for a newer service worker.
 */

/** Calls `tell` with the origin of every request, "https://huggingface.co", including those made before now. */
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

/** The origins of requests that went over the network: to others, or to our own origin and not answered from a cache. */
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
