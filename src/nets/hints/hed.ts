/**
 * Soft edges from VGG-16: each of its five stages gives some, from fine to coarse. Xie and Tu (2015), arXiv 1504.06375,
 * under the names of ControlNet's file.
 */
import type { Var } from '../../graph/graph';
import { add, conv, dims, fromImage, relu, scaled, sigmoid, toImage } from '../../graph/nn';
import type { Scope } from '../../graph/scope';
import { interpolated, maxPool2x } from '../../graph/spatial';

const STAGES = 5;

/** @param image [1, 3, H, W] in 0…255, both sides at least 16 → [1, 1, H, W] in 0…1. */
export function hed(image: Var, p: Scope): Var {
  const mean = p.tensor('norm', { shape: [1, 3, 1, 1] });
  const x = fromImage(add(image, scaled(mean, -1)));
  const [, , rows, columns] = dims(x);
  const edges: Var[] = [];
  let h = x;
  for (let i = 1; i <= STAGES; i++) {
    const stage = p(`block${i}`);
    if (i > 1) h = maxPool2x(h);
    for (const layer of stage('convs').children()) h = relu(conv(h, layer));
    edges.push(interpolated(conv(h, stage('projection')), rows, columns, 'bilinear'));
  }
  return toImage(sigmoid(scaled(edges.reduce(add), 1 / STAGES)));
}
