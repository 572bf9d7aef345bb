/**
 * Parts that a checkpoint lacks, lent by other files: a VAE for latents like its own, text encoders as wide as its UNet
 * reads them. Told by shapes; what a text encoder or a VAE was trained beside cannot be told.
 */
import { recognise } from '../nets/detect';
import type { Model } from '../nets/model';
import { inNormalForm, type NormalForm } from '../nets/names/normal-form';
import type { Lent } from '../nets/names/places';
import { joined, type Stored } from '../weights/joined';
import type { Header, TensorInfo } from '../weights/safetensors';

/** A file's tensors by their names in normal form. */
type Form = NormalForm<TensorInfo>;

/** A file that others may borrow from. */
export interface Lender {
  readonly form: Form;
  /** Whose latents its VAE is for; null where it has no UNet that tells. */
  readonly latents: Model['latents'] | null;
}

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
  if (part === 'vae') {
    const whole = ['vae.decoder.conv_in.weight', 'vae.encoder.conv_in.weight'].every((key) =>
      form.tensors.has(key),
    );
    const channels = shape('vae.decoder.conv_in.weight')[1];
    const fits = whole && channels === model.vae.latentChannels;
    return fits && (latents ?? model.latents) === model.latents ? 'vae' : null;
  }
  if (part === 't5') return shape('t5.shared.weight')[1] === model.denoiser.contextWidth ? 't5' : null;
  const wanted = model.texts.find(({ place }) => place === part);
  const found = (['text', 'text2'] as const).find(
    (place) =>
      shape(`${place}.text_model.embeddings.position_embedding.weight`)[1] === wanted?.width &&
      (!wanted?.pooled || form.tensors.has(`${place}.text_projection.weight`)),
  );
  return found ?? null;
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
    const taken = [...tensors].filter(([key]) => key.startsWith(`${from}.`));
    return {
      source,
      tensors: new Map(taken.map(([key, info]) => [part + key.slice(from.length), info])),
    };
  });
  return joined([own, ...lent]);
}
