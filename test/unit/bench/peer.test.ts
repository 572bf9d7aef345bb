/** What the benchmark beside a peer makes of its command line and of times; see test/bench/peer. */
import { describe, expect, it } from 'vitest';
import { inTurn, median, ratio, worstOf } from '../../bench/peer/ratio';
import { switchesOf } from '../../bench/peer/switches';

describe('switches of the benchmark beside a peer', () => {
  it('compares ours with the exported graph where nothing is asked for', () => {
    const { variants, backends, nets, threads } = switchesOf([]);
    expect(variants.map(({ name }) => name)).toEqual(['ours', 'exported']);
    expect(backends).toEqual(['webgpu', 'wasm']);
    expect(nets).toEqual(['unet', 'vae']);
    expect(threads).toBeUndefined();
  });

  it('puts our graph with each lever beside ours, and the exported one only where it is asked for', () => {
    const levers = ['--lever', 'fusedAttention=no', '--lever', 'packed,maxScoreBytes=1024'];
    expect(switchesOf(levers).variants).toEqual([
      { name: 'ours', by: 'ours', levers: {} },
      { name: 'fusedAttention=no', by: 'ours', levers: { fusedAttention: false } },
      { name: 'packed,maxScoreBytes=1024', by: 'ours', levers: { packed: true, maxScoreBytes: 1024 } },
    ]);
    expect(switchesOf([...levers, '--exported']).variants.map(({ name }) => name)).toContain('exported');
  });

  it('refuses what it does not know', () => {
    expect(() => switchesOf(['--backends', 'cuda'])).toThrow('cuda is none of webgpu, wasm');
    expect(() => switchesOf(['--leaver', 'a=no'])).toThrow('--leaver');
  });
});

describe('times of the benchmark beside a peer', () => {
  it('takes the median of an odd and of an even number of times', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 2])).toBe(3.5);
  });

  it('gives the ratio of medians, and its least and most side by side', () => {
    expect(ratio([1, 2, 3], [2, 4, 4])).toBe('0.500 (0.50 to 0.75)');
    expect(ratio([1], [2])).toBe('0.500');
  });

  it('turns the order in every other round', () => {
    expect([0, 1, 2, 3].flatMap((round) => inTurn(2, round))).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
  });

  it('measures the worst difference by the largest number, and takes no NaN for agreement', () => {
    expect(worstOf([1, 2, -3.5], Float32Array.of(1, 2, -4))).toBe(0.125);
    expect(worstOf([1, NaN], Float32Array.of(1, 2))).toBe(Infinity);
    expect(worstOf([1], Float32Array.of(1, 2))).toBe(Infinity);
  });
});
