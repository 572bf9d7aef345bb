/** Reports as often as an eye can follow. */
export function nowAndThen<T>(report: (value: T) => void): (value: T) => void {
  let next = 0;
  return (value) => {
    if (performance.now() < next) return;
    next = performance.now() + 200;
    report(value);
  };
}
