/** What this machine can do: asked and tested once, and read from this record ever after. */
import { DrobeError } from '../errors';
import type { Bits, Target, Winograd } from '../graph/graph';
import { attentionIsRight, packingIsRight } from './selftest';
import type { Sessions } from './session';
import type { OpenDevice } from './place';

export interface Machine {
  readonly backend: 'webgpu' | 'wasm';
  /** For people: "NVIDIA Ampere". */
  readonly name: string;
  /** The GPU is imitated by a CPU (SwiftShader, llvmpipe). */
  readonly imitated: boolean;
  readonly float16: boolean;
  readonly sessions: Sessions;
  readonly openDevice: OpenDevice;
  /** The most bytes that one tensor and one net, with all that it works in, can have. */
  readonly limits: { readonly tensor: number; readonly net: number };
  /** What graphs for this machine must be like. f16 where the machine has it, unless f32 is asked for. */
  readonly target: (dtype?: 'f32' | 'f16') => Target;
  /** Whether linear layers with packed weights give right results here. Tested when first asked. */
  readonly packs: (bits: Bits) => Promise<boolean>;
}

const MIN_SUBGROUP = 16;

/** Attention scores beyond 256 MiB are computed in slices. */
const MAX_SCORE_BYTES = 2 ** 28;

/** WebAssembly's whole memory. */
const HEAP_BYTES = 2 ** 32;

/**
 * Measured, one convolution each, in CPU time on one thread, beside ONNX Runtime's own kernel: from 16 squares and 64 channels on
 * medians of 0.25 to 0.78 of its time (see README.md). With four squares of 4 × 4, 0.96 to 1.0; with 8 of 2 × 2, 0.87 to 1.2; with
 * 128 channels to 32 both as long.
 */
const WINOGRAD: Winograd = { tiles: { 2: 16, 4: 16 }, channels: 32 };

/**
 * The same on WebGPU in single precision, for cards that have no half precision, measured on an imitated one (see README.md). In
 * half precision such sums would lose too much.
 */
const WINOGRAD_ON_CARDS: Winograd = {
  tiles: { 2: 8, 4: 16 },
  tilesEveryRun: { 2: Infinity, 4: 128 },
  channels: 64,
};

/**
 * The fastest machine there is: WebGPU on a graphics card, else the wasm backend. Where a CPU only imitates the card, the
 * CPU by itself is many times faster (a UNet step: 70 times), and WebGPU is used only if asked for.
 */
export async function findMachine(sessions: Sessions, wish: 'auto' | 'webgpu'): Promise<Machine> {
  const adapter = await requestAdapter();
  if (!adapter || (wish === 'auto' && isImitated(adapter))) return wasmMachine(sessions);
  return webgpuMachine(sessions, adapter);
}

function isImitated({ info }: GPUAdapter): boolean {
  return (
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe/i.test(`${info.architecture} ${info.description}`)
  );
}

/** The CPU, by the WebAssembly backend. */
export function wasmMachine(sessions: Sessions): Machine {
  // Its fused attention kernel computes scores in blocks of its own and needs no slices of ours.
  const target: Target = {
    layout: 'nchw',
    dtype: 'f32',
    fusedAttention: true,
    maxScoreBytes: MAX_SCORE_BYTES,
    winograd: WINOGRAD,
  };
  const openDevice: OpenDevice = () => Promise.resolve(null);
  return {
    backend: 'wasm',
    name: 'CPU',
    imitated: false,
    float16: false,
    sessions,
    openDevice,
    limits: { tensor: HEAP_BYTES, net: HEAP_BYTES },
    target: () => target,
    packs: packing(sessions, openDevice, target),
  };
}

/** Asks each once. */
function packing(sessions: Sessions, openDevice: OpenDevice, target: Target): Machine['packs'] {
  const known = new Map<Bits, Promise<boolean>>();
  return (bits) => {
    const right = known.get(bits) ?? packingIsRight(sessions, openDevice, { ...target, bits });
    known.set(bits, right);
    return right;
  };
}

async function webgpuMachine(sessions: Sessions, adapter: GPUAdapter): Promise<Machine> {
  const { info, features, limits } = adapter;
  const float16 = features.has('shader-f16');
  const kernels = await attentionKernels(sessions, adapter);
  const tensor = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const target: Machine['target'] = (dtype = float16 ? 'f16' : 'f32') => ({
    layout: 'nhwc',
    dtype,
    fusedAttention: kernels.fused,
    // Flash attention keeps no scores; whatever else ONNX Runtime may choose must fit a buffer.
    maxScoreBytes: kernels.flash ? tensor : Math.min(tensor, MAX_SCORE_BYTES),
    ...(dtype === 'f32' && { winograd: WINOGRAD_ON_CARDS }),
  });
  return {
    backend: 'webgpu',
    name: [info.vendor, info.architecture].filter(Boolean).join(' ') || 'GPU',
    imitated: isImitated(adapter),
    float16,
    sessions,
    openDevice: kernels.openDevice,
    // How much memory there is in all, no browser tells.
    limits: { tensor, net: Infinity },
    target,
    packs: packing(sessions, kernels.openDevice, target()),
  };
}

interface AttentionKernels {
  readonly fused: boolean;
  /** The fused kernel is flash attention, which needs subgroups. */
  readonly flash: boolean;
  readonly openDevice: OpenDevice;
}

/**
 * The best attention that gives right results. ONNX Runtime's flash attention is wrong where subgroups are small
 * (4 and 8 were seen); without the feature another fused kernel is taken, which was right on all machines so far.
 */
async function attentionKernels(
  sessions: Sessions,
  { features, info }: GPUAdapter,
): Promise<AttentionKernels> {
  const plain = deviceOpener({ subgroups: false });
  const dtype = features.has('shader-f16') ? 'f16' : 'f32';
  const target: Target = { layout: 'nhwc', dtype, fusedAttention: true, maxScoreBytes: MAX_SCORE_BYTES };
  if (features.has('subgroups') && (info.subgroupMinSize ?? MIN_SUBGROUP) >= MIN_SUBGROUP) {
    const openDevice = deviceOpener({ subgroups: true });
    if (await attentionIsRight(sessions, openDevice, target)) return { fused: true, flash: true, openDevice };
  }
  return { fused: await attentionIsRight(sessions, plain, target), flash: false, openDevice: plain };
}

async function requestAdapter(): Promise<GPUAdapter | null> {
  if (typeof navigator === 'undefined' || !('gpu' in navigator)) return null;
  return navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
}

/** The limits that ONNX Runtime uses, requested at the adapter's maximum. */
const LIMITS = [
  'maxBindGroups',
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Each device comes from an adapter of its own, which gives out only one. */
function deviceOpener({ subgroups }: { readonly subgroups: boolean }): OpenDevice {
  return async () => {
    const adapter = await requestAdapter();
    // Browsers give none any more once the process behind it has died a few times: another engine finds the CPU.
    if (!adapter) throw new DrobeError('device-lost', { reason: 'there is no graphics adapter any more' });
    const wanted: GPUFeatureName[] = ['shader-f16', ...(subgroups ? (['subgroups'] as const) : [])];
    return adapter.requestDevice({
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
    });
  };
}
