/** What this machine has. */
import { execFileSync } from 'node:child_process';
import type { Bench } from './bench';
import type { Measured, Row } from './row';

const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const there = (name: string, worth: number, run: (bench: Bench) => Promise<Measured>): Row => ({
  name,
  part: 'what is there',
  worth,
  seconds: 60,
  by: 'webgpu',
  run,
});

export const thereRows: readonly Row[] = [
  there('adapter', 1000, async ({ adapter: { info }, stock }) => ({
    facts: {
      vendor: info.vendor,
      architecture: info.architecture,
      device: info.device,
      driver: info.description,
      subgroups: `${info.subgroupMinSize ?? '?'} to ${info.subgroupMaxSize ?? '?'}`,
      'f16 without flags': (await stock())?.features.has('shader-f16') ? 'yes' : 'no',
    },
  })),
  there('features', 999, async ({ adapter }) => ({
    facts: { features: [...adapter.features].sort().join(' ') },
  })),
  there('limits', 998, async ({ adapter }) => ({
    facts: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  })),
  there('how nets run here', 997, async ({ machine, versions }) => {
    const { dtype, fusedAttention, maxScoreBytes } = machine.target();
    return {
      facts: {
        'ONNX Runtime Web': versions.ort,
        Dawn: versions.dawn,
        Node: versions.node,
        numbers: dtype,
        attention: fusedAttention ? 'fused' : 'written out',
        'score bytes at most': maxScoreBytes,
        'weights in 8 bits': (await machine.packs(8)) ? 'right' : 'wrong',
        'weights in 4 bits': (await machine.packs(4)) ? 'right' : 'wrong',
      },
    };
  }),
  there('driver', 996, async () => ({ facts: nvidia() })),
];

function nvidia(): Record<string, string> {
  const fields = ['name', 'driver_version', 'memory.total', 'memory.used', 'clocks.max.sm', 'power.limit'];
  try {
    const said = execFileSync('nvidia-smi', [`--query-gpu=${fields.join()}`, '--format=csv,noheader'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const values = said.split('\n')[0]!.split(', '); // text has a first line
    return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? '']));
  } catch {
    return { 'nvidia-smi': 'none' };
  }
}
