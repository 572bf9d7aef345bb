/** A number on the icon of the installed app, or none for 0; where there is no such thing, nothing. */
export function badge(count: number): void {
  const { setAppBadge, clearAppBadge } = navigator as Partial<Navigator>;
  const shown = count > 0 ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator);
  // Some browsers have it and refuse it outside of an installed app.
  shown?.catch(() => undefined);
}
