/** CLIP's vision tower against transformers, and IP-Adapters against diffusers. */
import { describe, expect, it } from 'vitest';
import { clipSquare, clipView } from '../../src/canvas/clip-view';
import { maskIn } from '../../src/canvas/mask-file';
import { build, input } from '../../src/graph/graph';
import { scope } from '../../src/graph/scope';
import { imageTokens, ipAdapter, readsBy, sharesAt } from '../../src/nets/ip-adapter';
import { visionGraph, visionTower } from '../../src/nets/vision';
import { sharesOf } from '../../src/pipeline/guiding/shares';
import { adapters, casesOf, machine, openAdapter, picture, run } from './ip-case';
import { forward } from './ip-forward';
import { goldenJson, goldenTensors, hasGolden, listGolden, skipped } from './root';
import { inFloats, worstDifference } from './tensors';

if (adapters.length === 0) skipped('adapters of ip');

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

  it.each(casesOf(name, 'ip_states'))('says what is in all states of a picture (%s)', async (test) => {
    const at = `ip/${name}/cases/${test}`;
    const { states_every, tokens_every } = goldenJson(`${at}/case.json`) as StatesCase;
    const { adapter, encoder, tower } = await openAdapter(name);
    const facts = ipAdapter(adapter.tensors);
    const target = machine.target();
    const look = (data: Float32Array): Promise<Float32Array> =>
      run(visionGraph(encoder.tensors, target, { seen: 'states', tower }), encoder, {
        image: { data, shape: [1, 3, tower.side, tower.side] },
      });
    const view = clipView(picture(`${at}/image_0.png`), tower.side);
    const shape = [1, tower.tokens, tower.width];
    const p = scope(adapter.tensors, target)('image_proj');
    const graph = build({ tokens: imageTokens(input('seen', shape, target), p, facts) });
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    for (const [what, image] of [
      ['ip_tokens', view],
      ['ip_tokens_uncond', new Float32Array(view.length)],
    ] as const) {
      const states = await look(image);
      const tokens = await run(graph, adapter, { seen: { data: states, shape } });
      const worst = [worstDifference(everyRow(tokens, facts.width, tokens_every), tensor(what).data)];
      if (image === view)
        worst.push(worstDifference(everyRow(states, tower.width, states_every), tensor('states').data));
      console.info(`${name} ${what}: worst relative difference ${Math.max(...worst).toExponential(1)}`);
      expect(Math.max(...worst)).toBeLessThan(1e-4);
    }
  });

  it.each(casesOf(name, 'ip_forward'))('adds to what the UNet takes from the text (%s)', async (test) => {
    const at = `ip/${name}/cases/${test}`;
    const { timestep, scale, tensors } = goldenJson(`${at}/case.json`) as ForwardCase;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const [, , h, w] = tensors['sample'] as [number, number, number, number];
    const own = { timestep, tensor, pictures: [inFloats(tensor('ip_tokens'))] };
    const out = await forward(name, { ...own, shares: sharesOf([undefined])([scale], { h, w }) });
    const worst = worstDifference(out, tensor('unet_out').data);
    console.info(`${name} ${test}: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-3);
  });

  it.each(casesOf(name, 'ip_masked'))('adds it where a mask says so (%s)', async (test) => {
    const at = `ip/${name}/cases/${test}`;
    const { timestep, scales, masks } = goldenJson(`${at}/case.json`) as MaskedCase;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const read = masks.map((file) => maskIn(picture(`${at}/${file}`)));
    const [, , h, w] = tensor('sample').shape as [number, number, number, number];
    const shares = sharesOf(read);
    const brought = shares(Array<number>(read.length).fill(1), { h, w });
    const places = [1, 2, 4, 8].map((by) => Math.ceil(h / by) * Math.ceil(w / by));
    const far = Math.max(
      ...places.map((n) => worstDifference(brought[sharesAt(n)]!.data, tensor(`shares.${n}`).data)), // of all maps
    );
    const tokens = inFloats(tensor('ip_tokens'));
    const each = tokens.data.length / read.length;
    const pictures = read.map((_, n) => ({
      data: tokens.data.subarray(n * each, (n + 1) * each),
      shape: tokens.shape.slice(1),
    }));
    const out = await forward(name, { timestep, tensor, pictures, shares: shares(scales, { h, w }) });
    const worst = worstDifference(out, tensor('unet_out').data);
    console.info(
      `${name} ${test}: worst relative difference ${worst.toExponential(1)}, of the masks ${far.toExponential(1)}`,
    );
    expect(far).toBeLessThan(1e-5);
    expect(worst).toBeLessThan(1e-3);
  });
});

interface StatesCase {
  /** One of so many is there to compare with. */
  readonly states_every: number;
  readonly tokens_every: number;
}

/** One of so many rows of this width. */
const everyRow = (rows: Float32Array, width: number, every: number): Float32Array =>
  rows.filter((_, i) => Math.floor(i / width) % every === 0);

interface MaskedCase {
  readonly timestep: number;
  readonly scales: readonly number[];
  /** Files of pictures, one for each picture that is told. */
  readonly masks: readonly string[];
}

interface ForwardCase {
  readonly timestep: number;
  readonly scale: number;
  /** Shapes. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}
