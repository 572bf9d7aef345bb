/** Every tensor of Stable Diffusion 3.x with its true shape, in the names of Stability AI's files. */
import { vaeShapes, words, type Shapes } from './stable-diffusion';

interface MMDiTShape {
  /** Blocks; each head is 64 wide, and there are as many of these. */
  readonly depth: number;
  /** The first so many blocks attend twice. */
  readonly dual: number;
  readonly normed: boolean;
  /** Of the table of positions, in patches. */
  readonly side: number;
}

/** Of the tokens of T5 and CLIP, and of the prompt as a whole. */
const [CONTEXT, WHOLE] = [4096, 2048];

function mmditShapes({ depth, dual, normed, side }: MMDiTShape): Shapes {
  const shapes: Shapes = new Map();
  const { add, linear, conv } = words(shapes);
  const u = 'model.diffusion_model';
  const width = 64 * depth;
  const attention = (p: string, isLast = false): void => {
    linear(`${p}.qkv`, 3 * width, width);
    if (!isLast) linear(`${p}.proj`, width, width);
    if (normed) for (const n of ['ln_q', 'ln_k']) add(`${p}.${n}.weight`, 64);
  };
  const mlp = (p: string): void => {
    linear(`${p}.mlp.fc1`, 4 * width, width);
    linear(`${p}.mlp.fc2`, width, 4 * width);
  };
  add(`${u}.pos_embed`, 1, side ** 2, width);
  conv(`${u}.x_embedder.proj`, width, 16, 2);
  linear(`${u}.context_embedder`, width, CONTEXT);
  for (const [name, inner] of [
    ['t_embedder', 256],
    ['y_embedder', WHOLE],
  ] as const) {
    linear(`${u}.${name}.mlp.0`, width, inner);
    linear(`${u}.${name}.mlp.2`, width, width);
  }
  for (let i = 0; i < depth; i++) {
    const [x, context] = ['x_block', 'context_block'].map((name) => `${u}.joint_blocks.${i}.${name}`);
    const isLast = i === depth - 1;
    linear(`${x}.adaLN_modulation.1`, (i < dual ? 9 : 6) * width, width);
    attention(`${x}.attn`);
    if (i < dual) attention(`${x}.attn2`);
    mlp(x!);
    linear(`${context}.adaLN_modulation.1`, (isLast ? 2 : 6) * width, width);
    attention(`${context}.attn`, isLast);
    if (!isLast) mlp(context!);
  }
  linear(`${u}.final_layer.adaLN_modulation.1`, 2 * width, width);
  linear(`${u}.final_layer.linear`, 4 * 16, width);
  return shapes;
}

/** A text encoder of CLIP in transformers' names. */
function clipShapes(at: string, width: number, layers: number, projected: boolean): Shapes {
  const shapes: Shapes = new Map();
  const { add, norm, linear } = words(shapes);
  const t = `${at}text_model`;
  add(`${t}.embeddings.token_embedding.weight`, 49408, width);
  add(`${t}.embeddings.position_embedding.weight`, 77, width);
  for (let i = 0; i < layers; i++) {
    const p = `${t}.encoder.layers.${i}`;
    for (const n of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) linear(`${p}.self_attn.${n}`, width, width);
    linear(`${p}.mlp.fc1`, 4 * width, width);
    linear(`${p}.mlp.fc2`, width, 4 * width);
    norm(`${p}.layer_norm1`, width);
    norm(`${p}.layer_norm2`, width);
  }
  norm(`${t}.final_layer_norm`, width);
  if (projected) add(`${at}text_projection.weight`, width, width);
  return shapes;
}

export const clipL = (at = ''): Shapes => clipShapes(at, 768, 12, false);
export const clipG = (at = ''): Shapes => clipShapes(at, 1280, 32, true);

/** T5 v1.1 XXL's encoder. */
export function t5xxl(at = ''): Shapes {
  const shapes: Shapes = new Map();
  const { add, linear } = words(shapes);
  add(`${at}shared.weight`, 32128, CONTEXT);
  for (let i = 0; i < 24; i++) {
    const p = `${at}encoder.block.${i}.layer`;
    for (const n of ['q', 'k', 'v', 'o']) linear(`${p}.0.SelfAttention.${n}`, CONTEXT, CONTEXT, false);
    if (i === 0) add(`${p}.0.SelfAttention.relative_attention_bias.weight`, 32, 64);
    add(`${p}.0.layer_norm.weight`, CONTEXT);
    for (const n of ['wi_0', 'wi_1']) linear(`${p}.1.DenseReluDense.${n}`, 10240, CONTEXT, false);
    linear(`${p}.1.DenseReluDense.wo`, CONTEXT, 10240, false);
    add(`${p}.1.layer_norm.weight`, CONTEXT);
  }
  add(`${at}encoder.final_layer_norm.weight`, CONTEXT);
  return shapes;
}

const vae = (): Shapes => vaeShapes([128, 256, 512, 512], 16, false);

const bare = (mmdit: MMDiTShape): Shapes => new Map([...mmditShapes(mmdit), ...vae()]);

export const stableDiffusion3Medium = (): Shapes => bare({ depth: 24, dual: 0, normed: false, side: 192 });
/** Without text encoders, as it is published. */
export const stableDiffusion35Medium = (): Shapes => bare({ depth: 24, dual: 13, normed: true, side: 384 });
export const stableDiffusion35Large = (): Shapes => bare({ depth: 38, dual: 0, normed: true, side: 192 });

/** Both text encoders of CLIP as they lie in one file with the rest. */
export const clipsInside = (): Shapes =>
  new Map([...clipL('text_encoders.clip_l.transformer.'), ...clipG('text_encoders.clip_g.transformer.')]);
