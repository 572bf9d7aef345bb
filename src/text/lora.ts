/** LoRAs that a prompt asks for, in A1111's words: `<lora:name:0.8>`. */
export interface LoraTag {
  readonly name: string;
  /** How much of it is added to the text encoders, and to the UNet. */
  readonly text: number;
  readonly unet: number;
}

const TAG = /<lora:([^<>:]+)((?::[^<>:]*)*)>/gi;

/**
 * The prompt without its tags, and what they ask for: `<lora:name>` in full, `<lora:name:weight>`, or
 * `<lora:name:text weight:unet weight>`, where weights may be named, `te=0.5:unet=1`. What is no number counts as 1.
 */
export function loraTags(prompt: string): { readonly prompt: string; readonly loras: readonly LoraTag[] } {
  const loras: LoraTag[] = [];
  const rest = prompt.replace(TAG, (_, name: string, weights: string) => {
    const places: number[] = [];
    const named = new Map<string, number>();
    for (const given of weights.split(':').slice(1)) {
      const [key, value] = given.includes('=') ? (given.split('=') as [string, string]) : ['', given];
      const weight = value.trim() === '' || !Number.isFinite(Number(value)) ? 1 : Number(value);
      if (key) named.set(key.trim().toLowerCase(), weight);
      else places.push(weight);
    }
    const text = named.get('te') ?? places[0] ?? 1;
    loras.push({ name: name.trim(), text, unet: named.get('unet') ?? places[1] ?? places[0] ?? text });
    return '';
  });
  if (loras.length === 0) return { prompt, loras };
  return { prompt: rest.replace(/[ \t]{2,}/g, ' ').trim(), loras };
}

/** The prompt with this LoRA at this weight, or without it where that is null; other tags stay as they are. */
export function withLora(prompt: string, name: string, weight: number | null): string {
  const tag = weight === null ? '' : `<lora:${name}:${weight}>`;
  const same = (other: string): boolean => other.trim().toLowerCase() === name.toLowerCase();
  if (!loraTags(prompt).loras.some((lora) => same(lora.name))) {
    return tag === '' ? prompt : [prompt.trimEnd(), tag].filter(Boolean).join(' ');
  }
  let left = tag; // stands in the place of the first; more of the same name go
  const changed = prompt.replace(TAG, (whole, other: string) => {
    if (!same(other)) return whole;
    const put = left;
    left = '';
    return put;
  });
  return changed.replace(/[ \t]{2,}/g, ' ').trim();
}
