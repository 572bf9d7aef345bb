/** The cases of upscalers, as their folders tell. */
import { goldenJson } from './root';

export interface UpscaleCase {
  readonly scale: number;
  /** Paths of files that hold the same net, by what their names are like. */
  readonly files: Readonly<Record<string, string>>;
}

export function upscaleCase(name: string): UpscaleCase {
  const { scale, files } = goldenJson(`upscale/${name}/case.json`) as {
    readonly scale: number;
    readonly files: Readonly<Record<string, { readonly unpacked: string }>>;
  };
  const paths = Object.entries(files).map(([kind, { unpacked }]) => [kind, `upscale/${name}/${unpacked}`]);
  return { scale, files: Object.fromEntries(paths) as UpscaleCase['files'] };
}
