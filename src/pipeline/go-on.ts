/** Lets whatever has been asked meanwhile in. @throws AbortError where the signal says that nobody wants this any more. */
export async function mayGoOn(signal?: AbortSignal): Promise<void> {
  if (!signal) return;
  await new Promise((resolve) => setTimeout(resolve));
  signal.throwIfAborted();
}
