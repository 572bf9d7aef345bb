/**
 * Uniform numbers made normal (Box and Muller, 1958), in single precision and rounded where torch rounds: its kernel
 * for x86 takes logarithm, sine and cosine from Cephes (Moshier, 1992), and where an addition follows a multiplication,
 * both are rounded once. Differences in the last bit would grow in Brownian trees. It draws millions: no branches.
 */
const f32 = Math.fround;

/** Sixteen uniform numbers of 24 bits, below 1, from `at` on become normal ones in place: element j pairs with j + 8. */
export function boxMuller(block: Float32Array<ArrayBuffer>, at: number): void {
  for (let j = at; j < at + 8; j++) {
    const radius = f32(Math.sqrt(f32(-2 * log(f32(1 - block[j]!)))));
    const theta = f32(TWO_PI * block[j + 8]!);
    // The nearest multiple of a quarter turn, in eighths, and how far it is to theta.
    const eighths = ((f32(theta * FOUR_OVER_PI) | 0) + 1) & ~1;
    const x = f32(eighths * DP3 + f32(eighths * DP2 + f32(eighths * DP1 + theta)));
    const z = f32(x * x);
    const sine = f32(f32(f32(f32(S0 * z + S1) * z + S2) * z) * x + x);
    const c = f32(f32(f32(C0 * z + C1) * z + C2) * z);
    const cosine = f32(f32(c * z - f32(z * 0.5)) + 1);
    const quarters = eighths >> 1;
    block[j] = radius * (COSINE_BY_QUARTER[quarters]! * cosine - SINE_BY_QUARTER[quarters]! * sine);
    block[j + 8] = radius * (SINE_BY_QUARTER[quarters]! * cosine + COSINE_BY_QUARTER[quarters]! * sine);
  }
}

const TWO_PI = f32(2 * Math.PI);
const FOUR_OVER_PI = f32(4 / Math.PI);

/** −π/4 in three parts, so that products with small whole numbers lose nothing. */
const DP1 = -0.78515625;
const DP2 = f32(-2.41875648498535e-4);
const DP3 = f32(-3.774894977445941e-8);

/** Cosine and sine of whole quarter turns. */
const COSINE_BY_QUARTER = Float64Array.of(1, 0, -1, 0, 1);
const SINE_BY_QUARTER = Float64Array.of(0, 1, 0, -1, 0);

/** sin x = x + x·(S0·x⁶ + S1·x⁴ + S2·x²), and cos x = 1 − x²/2 + C0·x⁸ + C1·x⁶ + C2·x⁴, for x to π/4 either way. */
const [S0, S1, S2] = [f32(-1.9515295891e-4), f32(8.3321608736e-3), f32(-1.6666654611e-1)];
const [C0, C1, C2] = [f32(2.443315711809948e-5), f32(-1.388731625493765e-3), f32(4.166664568298827e-2)];

/** ln(1 + x) = x − x²/2 + x³·(P0·x⁸ + … + P8), for 1 + x from √½ to √2. */
const [P0, P1, P2] = [f32(7.0376836292e-2), f32(-1.151461031e-1), f32(1.167699874e-1)];
const [P3, P4, P5] = [f32(-1.2420140846e-1), f32(1.4249322787e-1), f32(-1.6668057665e-1)];
const [P6, P7, P8] = [f32(2.0000714765e-1), f32(-2.4999993993e-1), f32(3.3333331174e-1)];
/** ln 2 in two parts. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = f32(-2.1219444e-4);

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);
const ONE = 0x3f800000;
const SQRT_HALF = 0x3f3504f3;

/** ln u for u from 2⁻²⁴ to 1. */
function log(u: number): number {
  // u = (1 + x) · 2^e
  single[0] = u;
  const moved = bits[0]! + (ONE - SQRT_HALF);
  const e = (moved >> 23) - 127;
  bits[0] = (moved & 0x7fffff) + SQRT_HALF;
  const x = single[0] - 1;
  const z = f32(x * x);
  let y = f32(f32(f32(f32(P0 * x + P1) * x + P2) * x + P3) * x + P4);
  y = f32(f32(f32(f32(y * x + P5) * x + P6) * x + P7) * x + P8);
  y = f32(f32(f32(y * x) * z + f32(e * LN2_LOW)) - f32(z * 0.5));
  return f32(e * LN2_HIGH + f32(x + y));
}
