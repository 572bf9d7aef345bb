/** Passes on reports at most every 200 ms. */
export function throttled<T>(report: (value: T) => void): (value: T) => void {
  let next = 0;
  return (value) => {
    if (performance.now() < next) return;
    next = performance.now() + 200;
    report(value);
  };
}
