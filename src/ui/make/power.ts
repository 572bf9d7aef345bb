/** Below this charge, 0 to 1, nothing is done ahead. */
const LOW = 0.3;

interface Battery {
  readonly charging: boolean;
  readonly level: number;
}

/** Whether the device runs on a low battery, as far as the browser says. */
export async function isLowOnPower(): Promise<boolean> {
  const { getBattery } = navigator as { getBattery?: () => Promise<Battery> };
  try {
    const battery = await getBattery?.call(navigator);
    return battery !== undefined && !battery.charging && battery.level < LOW;
  } catch {
    return false; // a policy may forbid asking
  }
}
