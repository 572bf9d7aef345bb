/**
 * Parts that a checkpoint lacks, lent by other files: a VAE for latents like its own, text encoders as wide as its denoiser
 * reads them. Told by shapes; what a text encoder or a VAE was trained beside cannot be told.
 */
import { recognise } from '../../nets/detect/detect';
import type { Model, TextEncoder } from '../../nets/model';
import { inNormalForm, type NormalForm } from '../../nets/names/normal-form';
import type { Lent } from '../../nets/names/places';
import { T5_TOKENIZER } from '../../nets/t5-tokenizer';
import { canEncode } from '../../nets/vae';
import { joined, type Stored } from '../../weights/joined';
import type { Header, TensorInfo } from '../../weights/safetensors';

/** A file's tensors by their names in normal form. */
type Form = NormalForm<TensorInfo>;

/** A file that others may borrow from. */
export interface Lender {
  readonly form: Form;
  /** Whose latents its VAE is for; null where it has no UNet that tells. */
  readonly latents: Model['latents'] | null;
}

/** What a file can lend: its tensors in normal form, and the kind of its latents if it is a whole model. */
export function lenderIn(header: Header): Lender {
  const form = inNormalForm(header.tensors);
  try {
    return { form, latents: recognise(header, form).model.latents };
  } catch {
    return { form, latents: null }; // parts of a model, or something else
  }
}

/** Where in a lender a part stands that will do for this model; null where there is none. */
export function loanFrom({ form, latents }: Lender, part: Lent, model: Model): Lent | null {
  const shape = (key: string): readonly number[] => form.tensors.get(key)?.shape ?? [];
  switch (part) {
    case 'vae': {
      const serves = model.kind === 'base' || canEncode(form.tensors);
      const channels = shape('vae.decoder.conv_in.weight')[1];
      const fits = serves && channels === model.vae.latentChannels;
      return fits && (latents ?? model.latents) === model.latents ? 'vae' : null;
    }
    case 't5': {
      const whole = form.tensors.has('t5.encoder.final_layer_norm.weight');
      return whole && shape('t5.shared.weight')[1] === model.denoiser.contextWidth ? 't5' : null;
    }
    case 'tokenizer':
      return form.tensors.has(T5_TOKENIZER) ? 'tokenizer' : null;
    case 'text':
    case 'text2':
      return textFrom(form, part, model);
  }
}

type Text = TextEncoder['place'];

function textFrom(form: Form, part: Text, model: Model): Text | null {
  const wanted = model.texts.find(({ place }) => place === part);
  const found = (['text', 'text2'] as const).find((place) => {
    const width = textWidth(form, place);
    const isWhole = !wanted?.projected || form.tensors.has(`${place}.text_projection.weight`);
    return width !== null && isWhole && isAsWide(width, part, model);
  });
  return found ?? null;
}

/** How wide the text encoder at a place is; null where none is. */
export const textWidth = (form: NormalForm, place: Text): number | null =>
  form.tensors.get(`${place}.text_model.embeddings.position_embedding.weight`)?.shape[1] ?? null;

/** How wide what a lender lends for this place is. */
export function lentWidth(lender: Lender, part: Text, model: Model): number | null {
  const from = loanFrom(lender, part, model);
  return from === 'text' || from === 'text2' ? textWidth(lender.form, from) : null;
}

/** Whether a first and a second text encoder of these widths can be read side by side. */
export const goTogether = (one: number | null, other: number | null, { denoiser }: Model): boolean =>
  denoiser.net === 'unet' || (one ?? 0) + (other ?? 0) === denoiser.labelWidth;

/** An MMDiT tells no more than how wide both are together: the first one is the narrower. */
function isAsWide(width: number, part: Text, { denoiser, texts }: Model): boolean {
  if (denoiser.net === 'unet') return texts.find(({ place }) => place === part)?.width === width;
  return part === 'text' ? 2 * width < denoiser.labelWidth : 2 * width > denoiser.labelWidth;
}

/** A part of a file, and which part of the borrower it becomes. */
export interface Loan extends Stored {
  readonly from: Lent;
  readonly part: Lent;
}

/**
 * A checkpoint with what it borrows behind its own.
 * @param own in normal form.
 * @param loans by names in normal form.
 */
export function withLoans(own: Stored, loans: readonly Loan[]): Stored {
  const lent = loans.map(({ tensors, source, from, part }): Stored => {
    const taken = [...tensors].flatMap(([key, info]) => {
      if (from === 'tokenizer') return key === T5_TOKENIZER ? [[key, info] as const] : [];
      return key.startsWith(`${from}.`) ? [[part + key.slice(from.length), info] as const] : [];
    });
    return { source, tensors: new Map(taken) };
  });
  return joined([own, ...lent]);
}
