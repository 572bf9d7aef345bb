/**
 * The names of nets that make hints in one form: transformers' for Depth Anything, whose authors have others; ControlNet's
 * for HED. Line drawings have one naming.
 */
import { part, type Tensor, type View } from './views';

/** Wrappers in which training programs save a net. */
const WRAPPERS = /^(?:state_dict|module|_orig_mod|net|model(?!\d)|netNetwork)\./;

/** Other programs' names, and the normal form. Every matching row is applied, one after the other. */
const ROWS: readonly (readonly [theirs: RegExp, normal: string])[] = [
  // Depth Anything's own: DINOv2
  [/^pretrained\.(cls_token|mask_token)$/, 'backbone.embeddings.$1'],
  [/^pretrained\.pos_embed$/, 'backbone.embeddings.position_embeddings'],
  [/^pretrained\.patch_embed\.proj\./, 'backbone.embeddings.patch_embeddings.projection.'],
  [/^pretrained\.norm\./, 'backbone.layernorm.'],
  [/^pretrained\.blocks\.(?:\d+\.(?=\d))?(\d+)\./, 'backbone.encoder.layer.$1.'],
  [/^(backbone\.encoder\.layer\.\d+)\.attn\.proj\./, '$1.attention.output.dense.'],
  [/^(backbone\.encoder\.layer\.\d+)\.ls(\d)\.gamma$/, '$1.layer_scale$2.lambda1'],
  // … and DPT's head
  [/^depth_head\.projects\.(\d)\./, 'neck.reassemble_stage.layers.$1.projection.'],
  [/^depth_head\.resize_layers\.(\d)\./, 'neck.reassemble_stage.layers.$1.resize.'],
  [/^depth_head\.scratch\.layer1_rn\./, 'neck.convs.0.'],
  [/^depth_head\.scratch\.layer2_rn\./, 'neck.convs.1.'],
  [/^depth_head\.scratch\.layer3_rn\./, 'neck.convs.2.'],
  [/^depth_head\.scratch\.layer4_rn\./, 'neck.convs.3.'],
  [/^depth_head\.scratch\.refinenet4\./, 'neck.fusion_stage.layers.0.'],
  [/^depth_head\.scratch\.refinenet3\./, 'neck.fusion_stage.layers.1.'],
  [/^depth_head\.scratch\.refinenet2\./, 'neck.fusion_stage.layers.2.'],
  [/^depth_head\.scratch\.refinenet1\./, 'neck.fusion_stage.layers.3.'],
  [/^(neck\.fusion_stage\.layers\.\d)\.out_conv\./, '$1.projection.'],
  [/^(neck\.fusion_stage\.layers\.\d)\.resConfUnit(\d)\.conv(\d)\./, '$1.residual_layer$2.convolution$3.'],
  [/^depth_head\.scratch\.output_conv1\./, 'head.conv1.'],
  [/^depth_head\.scratch\.output_conv2\.0\./, 'head.conv2.'],
  [/^depth_head\.scratch\.output_conv2\.2\./, 'head.conv3.'],
];

/** DINOv2's queries, keys and values in one matrix. */
const PACKED = /^(.*\.)attn\.qkv\.(\w+)$/;

/** A file's tensors in normal form; other facts about them are kept. */
export function hintNetForm<T extends Tensor>(file: ReadonlyMap<string, T>): ReadonlyMap<string, View<T>> {
  const tensors = new Map<string, View<T>>();
  for (const [name, tensor] of file) {
    const own = ROWS.reduce((known, row) => known.replace(...row), unwrapped(name));
    const view: View<T> = { ...tensor, name };
    const packed = PACKED.exec(own);
    if (!packed) tensors.set(own, view);
    else
      for (const [i, which] of ['query', 'key', 'value'].entries())
        tensors.set(`${packed[1]}attention.attention.${which}.${packed[2]}`, part(view, i, 3));
  }
  return tensors;
}

function unwrapped(name: string): string {
  let rest = name;
  while (WRAPPERS.test(rest)) rest = rest.replace(WRAPPERS, '');
  return rest;
}
