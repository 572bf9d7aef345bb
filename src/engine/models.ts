/** What models are, as the page is told: facts of them, files that hold them, and what stands in the list. */
import type { ErrorCode, Facts } from '../errors';
import type { Contents } from '../pipeline/files/inspection';
import type { HintNet, Job, Lent, LoraUse } from '../pipeline/job';
import type { Layout } from '../weights/store/layout';
import type { RemoteModel } from '../weights/store/origin';

/** What a checkpoint is and how it likes to be used; read from tensor names, shapes and metadata. */
export interface ModelFacts {
  /** For people: "Stable Diffusion 1.x". */
  readonly family: string;
  /** The title a file states about itself, else its file name without the ending. */
  readonly title: string;
  /** `instruct` models change a picture by instruction, and do nothing else; `inpaint` models fill in best. */
  readonly kind: 'base' | 'instruct' | 'inpaint';
  /** Dtype most weights are stored in, as safetensors spells it: "F16". */
  readonly dtype: string;
  /** Every width and height must be a multiple of this many pixels (the VAE's downscale factor). */
  readonly multiple: number;
  /** `schedule` is absent in what was imported when samplers were named with it. */
  readonly defaults: Pick<Job, 'width' | 'height' | 'steps' | 'guidance' | 'sampler' | 'spacing'> & {
    readonly schedule?: Job['schedule'];
  };
  /** Its guidance is built in; absent in what was imported before there were such models. */
  readonly ignoresNegative?: boolean;
  /** Prompts the checkpoint itself suggests; empty for most. */
  readonly examples: readonly string[];
  /** Tensors that stand inside a net and that no part of it uses; empty for a sound checkpoint. */
  readonly unused: readonly string[];
  /** Draws pictures of at most 128 px: shown enlarged, and said to be a toy. */
  readonly miniature: boolean;
  /** What it predicts, and over which noise; absent in what was imported before this was told. */
  readonly predicts?: Predicts;
  /** What its weights take on a device, by their precision; absent in what was imported before this was told. */
  readonly room?: Readonly<Record<'f16' | 'f32', WeightRoom>>;
  /** How wide the text is that its UNet reads; absent in what was imported before this was told. */
  readonly textWidth?: number;
  /** The parts that it has not and must borrow: "VAE and text encoder"; absent where it has all. */
  readonly lacks?: string;
  /** Whether T5 is in it; absent where models of its family have none. */
  readonly t5?: boolean;
}

/** What weights take on a device. */
export interface WeightRoom {
  readonly bytes: number;
  /** All of them are there together; else the largest of the nets is there alone. */
  readonly together: boolean;
  /** In bytes, where they are rounded to so many bits; absent in what was imported before this was told. */
  readonly rounded?: Readonly<Record<8 | 4, number>>;
}

/** From which models parts are borrowed: ids; empty for one that it shall do without. */
export type Parts = Readonly<Partial<Record<Lent, string>>>;

/** A part that a model lacks, and the files that could lend one, the best first. */
export interface Lacking {
  readonly part: Lent;
  /** It draws without it, too. */
  readonly optional: boolean;
  readonly lenders: readonly { readonly id: string; readonly file: string }[];
}

/** What a UNet predicts, and over which noise. */
export interface Predicts {
  /** Null where nothing tells: it is tried once. */
  readonly prediction: 'epsilon' | 'v' | 'flow' | null;
  /** Its betas end in noise alone. */
  readonly zeroSnr: boolean;
  /** The highest noise level of one that was trained over all noise up to it (EDM); null for a table of betas. */
  readonly sigmaMax: number | null;
  /** Who says so; nobody where it is as in its family. */
  readonly told: readonly ('marks' | 'metadata' | 'yaml' | 'scheduler')[];
}

/** A problem in a form that can cross the worker line. */
export interface Problem {
  readonly code: ErrorCode;
  readonly facts: Facts;
}

/**
 * What is added to a checkpoint: a LoRA, called by its name in a prompt, `<lora:name:0.8>`, or textual inversions, called
 * by their words. `name` is its file's, without the ending.
 */
export type AddonFacts = { readonly name: string } & (
  | {
      readonly kind: 'lora';
      /** How many modules of a checkpoint it changes. */
      readonly modules: number;
      /** What it was trained on, as it says itself; a stranger's text. */
      readonly base: string | null;
      /** Textual inversions that lie in its file and work while it is on; absent in what was imported before these did. */
      readonly words?: readonly Trigger[];
    }
  | { readonly kind: 'vae' | 'taesd' }
  /** Enlarges finished pictures to so many times their sides. `architecture`: "ESRGAN". */
  | { readonly kind: 'upscaler'; readonly architecture: string; readonly scale: number }
  /** Parts of a model without a UNet, which others can borrow. `holds`: "VAE and text encoder". */
  | { readonly kind: 'parts'; readonly holds: string }
  | HintNetFacts
  | ControlFacts
  | IpAdapterFacts
  | ImageEncoderFacts
  | {
      readonly kind: 'embedding';
      readonly words: readonly Trigger[];
    }
);

/** A net that reads a picture and guides a UNet by it. */
export interface ControlFacts {
  readonly kind: 'control';
  readonly net: 'ControlNet' | 'Control-LoRA' | 'T2I-Adapter';
  /** The family of the models whose UNet it fits, as `ModelFacts` names them: "Stable Diffusion 1.x". */
  readonly base: string;
  /** How wide the text is that it reads, as the UNet's; absent where it reads none, or before this was told. */
  readonly textWidth?: number;
  /** Channels of the hint: 3, or 1 for sketches in shades of grey. */
  readonly hintChannels: number;
  /** The kinds of hint that it tells apart, where it was made for several. */
  readonly kinds?: readonly string[];
}

/** A net that makes hints of pictures, for those that guide. Which one exactly, its file's name may tell beside. */
export interface HintNetFacts {
  readonly kind: 'hint-net';
  /** As `nets/hints/hint-net` calls it: "Depth Anything". */
  readonly net: HintNet;
}

/** An IP-Adapter: it tells a UNet of a picture, which an image encoder looks at. */
export interface IpAdapterFacts {
  readonly kind: 'ip-adapter';
  /** Plain: of the picture as a whole; plus and full: of all its parts. */
  readonly variant: 'plain' | 'plus' | 'full';
  /** The family of the models whose UNet it fits. */
  readonly base: string;
  /** What the image encoder must give it: so many numbers for the whole picture, or for each part of it. */
  readonly wants: { readonly seen: 'embedding' | 'states'; readonly width: number };
}

/** What looks at pictures for IP-Adapters: CLIP's vision tower. */
export interface ImageEncoderFacts {
  readonly kind: 'image-encoder';
  /** How many numbers it gives for the whole of a picture, and for each part of it. */
  readonly gives: Readonly<Record<IpAdapterFacts['wants']['seen'], number>>;
}

/** A word with vectors of its own, and how many there are: so many tokens of a prompt it takes. */
export interface Trigger {
  readonly trigger: string;
  readonly vectors: number;
}

/**
 * One checkpoint that could be chosen, or what can be added to one. `stored`: copied into IndexedDB. `arriving`: being
 * copied, and read from the person's file until that is done. `linked`: read from where the person's file lies. `served`:
 * lies in models/ beside the app.
 */
export type ModelEntry = {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly origin: 'stored' | 'arriving' | 'linked' | 'served';
  /**
   * SHA-256 of the file, of a LoRA's tensors alone, and of a small part of the file (see `weights/store/hashes.ts`); not there before they
   * are computed, which is some time after import.
   */
  readonly hashes?: { readonly file: string; readonly tensors?: string; readonly brief?: string };
} & ({ readonly facts: ModelFacts } | { readonly problem: Problem } | { readonly addon: AddonFacts });

/** A file of the person's own, and where it lay in what was dropped: "sd/unet/model.safetensors". */
export interface LocalFile {
  readonly file: File;
  readonly path: string;
  /** What lets the browser find the file again, where it has such a thing. */
  readonly handle?: FileSystemFileHandle;
}

/** A model in one of the person's files, or in several. */
export interface LocalModel {
  readonly name: string;
  readonly bytes: number;
  readonly layout: Layout<LocalFile>;
  /** Texts of the settings that lie beside it, by the names under which a model is told by them. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** What there is to import among files. */
export interface Gathered {
  readonly models: readonly LocalModel[];
  /** Parts of a model of which others are missing. */
  readonly refused: readonly { readonly file: string; readonly problem: Problem }[];
  /** A .yaml each that says how a checkpoint is drawn which is not among them: see `annotate`. */
  readonly settings: readonly LocalFile[];
}

/** What the header of a file tells, be it a model or not. */
export interface Inspection extends Contents {
  /** Size of the file. */
  readonly bytes: number;
  /** What Drobė takes it for, or why it cannot use it. */
  readonly verdict:
    | { readonly facts: ModelFacts }
    | { readonly addon: AddonFacts }
    | { readonly problem: Problem };
  /** How much of it the chosen model uses; null where it is no LoRA, or no model is chosen. */
  readonly use: LoraUse | null;
  /** Its header is whole, and its data is not or has something behind it. */
  readonly lack: Problem | null;
}

/** A model that can be downloaded. */
export interface Offer {
  readonly file: string;
  readonly bytes: number;
  /** As its server names it; null where it does not. */
  readonly licence: string | null;
  readonly verdict: Inspection['verdict'];
  /** Where its bytes are; null where they cannot be used. */
  readonly model: RemoteModel | null;
  /** As of a `LocalModel`. */
  readonly beside?: LocalModel['beside'];
}
