/** A battery so low is kept for what is asked for. */
const LOW = 0.3;

interface Battery {
  readonly charging: boolean;
  readonly level: number;
}

/** Whether it runs on a battery that is low, as far as the browser tells. */
export async function isLowOnPower(): Promise<boolean> {
  const { getBattery } = navigator as { getBattery?: () => Promise<Battery> };
  try {
    const battery = await getBattery?.call(navigator);
    return battery !== undefined && !battery.charging && battery.level < LOW;
  } catch {
    return false; // it may be forbidden to ask
  }
}
