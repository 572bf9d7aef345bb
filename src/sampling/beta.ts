/** The beta distribution, for schedules that are spaced by it. */

/**
 * Where the distribution function of Beta(a, b) takes a value, 0 to 1: scipy's beta.ppf. By halving, as far as doubles go.
 */
export function betaQuantile(share: number, a: number, b: number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? 0 : 1;
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b);
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > Number.EPSILON * high; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b, scale) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The regularised incomplete beta function, by Lentz's continued fraction: DLMF 8.17.22.
 * @param scale −ln B(a, b), which is the same for all x.
 */
function incompleteBeta(x: number, a: number, b: number, scale: number): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a, scale);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + scale) / a;
  const tiny = 1e-300;
  let [c, d] = [1, 1 / (1 - ((a + b) * x) / (a + 1) || tiny)];
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d || tiny);
      c = 1 + term / c || tiny;
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** The logarithm of the gamma function: Stirling's series, after moving the argument up (DLMF 5.11.1). */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 15; x++) shift += Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}
