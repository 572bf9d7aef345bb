import { expect, it } from 'vitest';
import { sharesOf } from '../../bench/peer/profile';

const event = (cat: string, name: string, dur: number, args: object = {}): string =>
  `${JSON.stringify({ cat, pid: 1, tid: 2, dur, ts: 3, ph: 'X', name, args })},`;

it('sums the CPU’s time by operator, largest first, and takes no run for one', () => {
  const lines = [
    '[',
    event('Session', 'model_run', 9000),
    event('Node', 'Conv_#1_kernel_time', 2000, { op_name: 'Conv' }),
    event('Node', 'Add_#2_kernel_time', 500, { op_name: 'Add' }),
    event('Node', 'Conv_#3_kernel_time', 1000, { op_name: 'Conv' }),
    ']',
  ];
  expect(sharesOf(lines)).toEqual([
    { kind: 'Conv', milliseconds: 3, count: 2 },
    { kind: 'Add', milliseconds: 0.5, count: 1 },
  ]);
});

it('takes a card’s own times where it tells them, and not how long its kernels took to ask for', () => {
  const lines = [
    event('Node', 'Conv_#1_kernel_time', 10, { op_name: 'Conv' }),
    event('Api', 'Conv_#1&Conv&Conv2dMM', 4000),
    event('Api', 'Conv_#2&Conv&Conv2dMM', 2000),
    event('Api', 'Gemm_#3&Gemm&Gemm', 1000),
  ];
  expect(sharesOf(lines)).toEqual([
    { kind: 'Conv, Conv2dMM', milliseconds: 6, count: 2 },
    { kind: 'Gemm, Gemm', milliseconds: 1, count: 1 },
  ]);
});
