/** How a language counts: which form of a word goes with a number, and how numbers, sizes and times are written. */

type Form = Intl.LDMLPluralRule;

/** What is made when it is first asked for. A browser takes milliseconds for each of these, and the page opens before. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * Which of the forms of a word goes with a number. `Needed` are those that whole numbers ask for beside `other`; for one
 * that is not given, `other` stands in.
 */
export function pluralsIn<Needed extends Form>(language: string) {
  const rules = lazily(() => new Intl.PluralRules(language));
  return (n: number, forms: Record<Needed | 'other', string> & Partial<Record<Form, string>>): string => {
    const given: Partial<Record<Form, string>> = forms;
    return given[rules().select(n)] ?? forms.other;
  };
}

/** Units of a size, and from how many bytes on they are used. */
const SIZES = [
  [1e9, 'gigabyte'],
  [1e6, 'megabyte'],
  [1e3, 'kilobyte'],
] as const;

/** How numbers, sizes and times are written. */
export function formatsIn(language: string) {
  const whole = lazily(() => new Intl.NumberFormat(language));
  const inUnit = (unit: string, options: Intl.NumberFormatOptions) =>
    lazily(() => new Intl.NumberFormat(language, { style: 'unit', unit, ...options }));
  const byte = inUnit('byte', { unitDisplay: 'long' });
  const sizes = SIZES.map(([least, unit]) => ({
    least,
    format: inUnit(unit, { unitDisplay: 'short', maximumFractionDigits: 1 }),
  }));

  /** Not rounded but to so many digits after the comma, all of which are shown: 0.5 → "0.50". */
  function fixed(n: number, digits: number): string {
    return n.toLocaleString(language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      useGrouping: false,
    });
  }

  return {
    /** 859_520_964 → "859,520,964". */
    count: (n: number): string => whole().format(n),

    fixed,

    /** 0.5 → "0.5", 120 → "120": with as many digits as it has, and none between thousands. */
    number: (n: number): string =>
      n.toLocaleString(language, { maximumFractionDigits: 20, useGrouping: false }),

    /** 28_100_000 → "28.1 MB". */
    bytes(this: void, count: number): string {
      const size = sizes.find(({ least }) => count >= least * 0.9995); // 999,999 is "1 MB", not "1,000 kB"
      return size ? size.format().format(count / size.least) : byte().format(count);
    },

    /** 3_200 → "3.2 s"; 75_000 → "1 min 15 s". */
    duration: (milliseconds: number): string =>
      milliseconds < 9950 ? `${fixed(milliseconds / 1000, 1)} s` : minutesAndSeconds(milliseconds / 1000),

    roughly,
  };
}

// The signs of these units are the same in all languages.

function minutesAndSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** No more exactly than a guess deserves: "1 s", "4 s", "35 s", "2 min". */
function roughly(seconds: number): string {
  if (seconds < 10) return `${Math.max(Math.round(seconds), 1)} s`;
  if (seconds < 55) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
