/**
 * What is compared: a checkpoint of Stable Diffusion 1's shape with weights by formula, the graphs that torch.onnx
 * exports of the same weights, and PyTorch's own numbers. Made under .cache, and again whenever what makes them changes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../../src/cli/packages.mjs';
import { timestepEmbedding } from '../../../src/nets/unet';
import { BATCH, filled, TIMESTEP, TOKENS } from '../../kit/full-size';
import { startProcess } from '../../kit/process';
import { smallStableDiffusion } from '../../unit/nets/stable-diffusion';
import { normals } from '../formula';
import { writeCheckpoint } from '../full-size';
import type { NetKind, Numbers, Opening } from './ask';
import { writeOurs } from './native';

const made = join(root, '.cache/peer');
/** Packages that are fetched aside, where Python has torch and lacks them. */
const aside = join(made, 'python');
export const python = process.env.PYTHON ?? 'python3';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface PeerFiles {
  readonly checkpoint: string;
  /** The exported graphs with their weights beside them; none where PyTorch is missing. */
  readonly exported: readonly string[];
  /** PyTorch's numbers, and what it has to say of the exports. */
  readonly expected: (net: NetKind) => Float32Array | null;
  /** Why there is no peer: what to install. */
  readonly missing: string | null;
  /** Where graphs lie that run outside the browser. */
  readonly modelOf: (opening: Opening) => string;
}

/** As torch_rows.py feeds the exported graphs. */
export function inputsOf(net: NetKind, side: number): Record<string, Numbers> {
  const numbers = (data: Float32Array, shape: readonly number[]): Numbers => ({ data: [...data], shape });
  const given = (seed: number, ...shape: number[]): Numbers => numbers(filled(seed, ...shape).data, shape);
  if (net === 'vae') return { latents: given(1, 1, 4, side, side) };
  const [width] = smallStableDiffusion().get('model.diffusion_model.input_blocks.0.0.bias')!.shape as [
    number,
  ];
  const times = Array.from({ length: BATCH }, () => [...timestepEmbedding(TIMESTEP, width)]).flat();
  return {
    latents: given(1, BATCH, 4, side, side),
    timestep: { data: times, shape: [BATCH, width] },
    context: given(2, BATCH, TOKENS, 768),
  };
}

/**
 * @param side of the latents, for which the exported graphs are made.
 * @param say told what takes long.
 */
export async function makeFiles(
  nets: readonly NetKind[],
  side: number,
  say: (line: string) => void,
): Promise<PeerFiles> {
  const work = join(made, String(side));
  const checkpoint = join(made, 'peer.safetensors');
  const stamp = join(made, 'made-of');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== madeOf()) {
    say('Writing the checkpoint…');
    for (const name of existsSync(made) ? readdirSync(made) : [])
      if (name !== 'python') rmSync(join(made, name), { recursive: true });
    mkdirSync(made, { recursive: true });
    await writeCheckpoint(checkpoint, smallStableDiffusion());
    writeFileSync(stamp, madeOf());
  }
  const files = (net: NetKind): string[] =>
    ['onnx', 'onnx.data'].map((end) => join(work, `sd1-${net}.${end}`));
  const numbers = (net: NetKind): string => join(work, `sd1-${net}.torch.f32`);
  // PyTorch's numbers are written last.
  const missing = await exportGraphs(
    nets.filter((net) => !existsSync(numbers(net))),
    side,
    work,
    say,
  );
  return {
    checkpoint,
    exported: missing ? [] : nets.flatMap(files),
    expected: (net) => (missing ? null : numbersIn(numbers(net))),
    missing,
    modelOf: ({ by, net }) =>
      by === 'ours' ? writeOurs(net, side, join(work, `ours-${net}`)) : files(net)[0]!, // it has two
  };
}

/** @returns what to install first, where PyTorch is not there. */
async function exportGraphs(
  nets: readonly NetKind[],
  side: number,
  work: string,
  say: (line: string) => void,
): Promise<string | null> {
  if (nets.length === 0) return null;
  const missing = readyPython(say);
  if (missing) return missing;
  mkdirSync(work, { recursive: true });
  const shapes = [...smallStableDiffusion()].map(([name, { shape }]) => [name, shape]);
  writeFileSync(join(work, 'sd1.json'), JSON.stringify(shapes));
  writeFileSync(join(work, 'normals.f32'), new Uint8Array(normals().buffer));

  const switches = ['--kit', here('..'), '--work', work, '--scale', 'small'];
  const torch = startProcess(python, [here('../../kit/torch_rows.py'), ...switches]);
  try {
    await torch.ready;
    for (const net of nets) {
      for (const call of ['export', 'say']) {
        say(`PyTorch: ${net}, ${call}…`);
        const given = { family: 'sd1', kind: net, side };
        const name = `${net} ${call}`;
        await torch.ask({ name, part: 'time', worth: 0, seconds: 600, by: 'torch', call, given });
      }
    }
    return null;
  } finally {
    torch.kill();
  }
}

function numbersIn(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** Changes with whatever the files depend on. */
function madeOf(): string {
  const hash = createHash('sha256');
  for (const path of [
    '../reference.py',
    '../formula.ts',
    '../../kit/torch_rows.py',
    '../../unit/nets/stable-diffusion.ts',
  ])
    hash.update(readFileSync(here(path)));
  return hash.digest('hex');
}

/** Sees that Python has what exporting takes. @returns what to install, where it has not. */
function readyPython(say: (line: string) => void): string | null {
  if (!has('torch'))
    return `${python} has no torch: pip install torch onnxscript (PYTHON names another Python)`;
  return fetched('onnxscript', 'with which torch.onnx exports', say);
}

/** Sees that Python has ONNX Runtime. @returns what to install, where it has not. */
export function readyNative(say: (line: string) => void): string | null {
  return fetched('onnxruntime', 'for graphs outside the browser', say);
}

/** Fetches a package aside, where Python lacks it. @returns what to install, where it cannot be had. */
function fetched(name: string, what: string, say: (line: string) => void): string | null {
  process.env.PYTHONPATH = withAside();
  if (has(name)) return null;
  say(`Fetching ${name}, ${what}, aside…`);
  spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--target', aside, name]);
  return has(name) ? null : `${python} has no ${name}: pip install ${name}`;
}

const has = (name: string): boolean => spawnSync(python, ['-c', `import ${name}`]).status === 0;

/** What was fetched aside comes after what is there. */
function withAside(): string {
  const paths = (process.env.PYTHONPATH ?? '').split(delimiter).filter(Boolean);
  return [...paths.filter((path) => path !== aside), aside].join(delimiter);
}
