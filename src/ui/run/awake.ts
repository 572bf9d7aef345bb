/** Keeps the screen on until told not to, where the browser can: a device asleep draws nothing. */
export function keepAwake(): () => void {
  let wanted = true;
  let lock: WakeLockSentinel | null = null;

  async function ask(): Promise<void> {
    try {
      const found = await navigator.wakeLock.request('screen');
      if (wanted) lock = found;
      else await found.release();
    } catch {
      // Not offered here, or not now: at a low battery, or in a tab behind others. Drawing goes on either way.
    }
  }

  // It is lost with the tab's visibility, and nobody gives it back.
  const again = () => {
    if (!document.hidden) void ask();
  };
  void ask();
  document.addEventListener('visibilitychange', again);
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
