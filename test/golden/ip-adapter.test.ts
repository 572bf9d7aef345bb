/** CLIP's vision tower against transformers, and IP-Adapters against diffusers. */
import { describe, expect, it } from 'vitest';
import { clipSquare, clipView } from '../../src/canvas/clip-view';
import { build, input } from '../../src/graph/graph';
import { scope } from '../../src/graph/scope';
import { imageTokens, ipAdapter, readsBy } from '../../src/nets/ip-adapter';
import { visionGraph, visionTower } from '../../src/nets/vision';
import { adapters, casesOf, machine, openAdapter, picture, run } from './ip-case';
import { goldenTensors, hasGolden, listGolden } from './root';
import { worstDifference } from './tensors';

describe.each(adapters)('%s', (name) => {
  it('is told by its weights, and its tower by those of its own', async () => {
    const { adapter, encoder, tower } = await openAdapter(name);
    expect(visionTower(encoder.tensors)).toEqual(tower);
    expect(readsBy(ipAdapter(adapter.tensors), tower)).toBe(true);
    const used = new Set<string>();
    visionGraph(encoder.tensors, machine.target(), { seen: 'embedding', tower }, used);
    const unused = [...encoder.tensors.keys()].filter((key) => !used.has(key));
    expect(unused.filter((key) => !key.endsWith('position_ids'))).toEqual([]);
  });

  it.each(casesOf(name, 'ip_embeds'))(
    'sees pictures as transformers does, and says so as diffusers does (%s)',
    async (test) => {
      const at = `ip/${name}/cases/${test}`;
      const { adapter, encoder, tower } = await openAdapter(name);
      const facts = ipAdapter(adapter.tensors);
      const tensor = goldenTensors(`${at}/expected.safetensors`);
      const graph = visionGraph(encoder.tensors, machine.target(), { seen: facts.seen, tower });
      const wanted = tensor('image_embeds');
      const each = wanted.data.length / wanted.shape[0]!;
      const target = machine.target();
      const tokensOf = async (seen: Float32Array): Promise<Float32Array> => {
        const shape = [1, ...wanted.shape.slice(1)];
        const p = scope(adapter.tensors, target)('image_proj');
        const tokens = build({ tokens: imageTokens(input('seen', shape, target), p, facts) });
        return run(tokens, adapter, { seen: { data: seen, shape } });
      };
      for (const [n, file] of listGolden(at)
        .filter((file) => /^image_\d+\.png$/.test(file))
        .entries()) {
        const pixels = picture(`${at}/${file}`);
        const resized = `${at}/${file.replace('.png', '_resized_cropped.png')}`;
        if (hasGolden(resized)) {
          const theirs = picture(resized);
          const square = clipSquare(pixels, tower.side);
          let worst = 0;
          for (let i = 0; i < square.length; i++) {
            const [c, at] = [Math.floor(i / tower.side ** 2), i % tower.side ** 2];
            worst = Math.max(worst, Math.abs(square[i]! - theirs.rgba[4 * at + c]!));
          }
          console.info(`${name} ${file} made smaller: worst ${worst} of 255`);
          expect(worst).toBeLessThanOrEqual(1);
        }
        const image = { data: clipView(pixels, tower.side), shape: [1, 3, tower.side, tower.side] };
        const seen = await run(graph, encoder, { image });
        const far = worstDifference(seen, wanted.data.subarray(n * each, (n + 1) * each));
        const tokens = tensor('ip_tokens');
        const count = tokens.data.length / tokens.shape[0]!;
        const said = worstDifference(await tokensOf(seen), tokens.data.subarray(n * count, (n + 1) * count));
        console.info(
          `${name} ${file}: worst relative difference ${far.toExponential(1)}, of its tokens ${said.toExponential(1)}`,
        );
        expect(Math.max(far, said)).toBeLessThan(1e-3);
      }
      const nothing = worstDifference(
        await tokensOf(new Float32Array(each)),
        tensor('ip_tokens_uncond').data,
      );
      console.info(`${name}, nothing to see: ${nothing.toExponential(1)}`);
      expect(nothing).toBeLessThan(1e-4);
    },
  );
});
