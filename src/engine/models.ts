/** Models as the page sees them: their facts, the files that contain them, and entries of the list. */
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
  /** Its guidance is built in; absent in what was imported before such models were supported. */
  readonly ignoresNegative?: boolean;
  /** Prompts the checkpoint itself suggests; empty for most. */
  readonly examples: readonly string[];
  /** Tensors inside a net that no part of it uses; empty for a sound checkpoint. */
  readonly unused: readonly string[];
  /** Draws pictures of at most 128 pixels: they are shown enlarged, and the model is called a toy. */
  readonly miniature: boolean;
  /** What it predicts, and over which noise; absent in what was imported before this was recorded. */
  readonly predicts?: Predicts;
  /** The memory for its weights, by their precision; absent in what was imported before this was recorded. */
  readonly room?: Readonly<Record<'f16' | 'f32', WeightRoom>>;
  /** Width of the text encodings that its UNet reads; absent in what was imported before this was recorded. */
  readonly textWidth?: number;
  /** The parts that it lacks and must borrow: "VAE and text encoder"; absent where it has all. */
  readonly lacks?: string;
  /** Whether T5 is in it; absent where models of its family have none. */
  readonly t5?: boolean;
}

/** The memory for weights on a device. */
export interface WeightRoom {
  readonly bytes: number;
  /** Whether `bytes` are those of all nets together; otherwise of the largest net alone. */
  readonly together: boolean;
  /** Bytes when rounded to 8 or 4 bits; absent in what was imported before this was recorded. */
  readonly rounded?: Readonly<Record<8 | 4, number>>;
}

/** The ids of the models that parts are borrowed from; empty for a part to do without. */
export type Parts = Readonly<Partial<Record<Lent, string>>>;

/** A part that a model lacks, and the files that could lend one, the best first. */
export interface Lacking {
  readonly part: Lent;
  /** Whether the model can draw without it. */
  readonly optional: boolean;
  readonly lenders: readonly { readonly id: string; readonly file: string }[];
}

/** What a UNet predicts, and over which noise. */
export interface Predicts {
  /** Null where nothing says: then it is found out by a trial. */
  readonly prediction: 'epsilon' | 'v' | 'flow' | null;
  /** Whether its betas have zero terminal SNR. */
  readonly zeroSnr: boolean;
  /** The highest noise level of one that was trained over all noise up to it (EDM); null for a table of betas. */
  readonly sigmaMax: number | null;
  /** Where that was found; empty where it is as usual in its family. */
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
      /** How many modules it has. */
      readonly modules: number;
      /** The model it was trained on, as the file states; untrusted text. */
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
  /** Channels of the hint: 3, or 1 for greyscale sketches. */
  readonly hintChannels: number;
  /** The kinds of hint that it distinguishes, where it was made for several. */
  readonly kinds?: readonly string[];
}

/** A net that makes hints of pictures, for nets that guide. Its file's name may say more exactly which one it is. */
export interface HintNetFacts {
  readonly kind: 'hint-net';
  /** As `nets/hints/hint-net` calls it: "Depth Anything". */
  readonly net: HintNet;
}

/** An IP-Adapter: shows a UNet a picture, as an image encoder sees it. */
export interface IpAdapterFacts {
  readonly kind: 'ip-adapter';
  /** `plain`: the picture as a whole; `plus` and `full`: all its parts. */
  readonly variant: 'plain' | 'plus' | 'full';
  /** The family of the models whose UNet it fits. */
  readonly base: string;
  /** What the image encoder must provide: a vector of this width for the whole picture, or one for each part of it. */
  readonly wants: { readonly seen: 'embedding' | 'states'; readonly width: number };
}

/** The image encoder of IP-Adapters: CLIP's vision tower. */
export interface ImageEncoderFacts {
  readonly kind: 'image-encoder';
  /** Width of its vectors, for the whole picture and for each part of it. */
  readonly gives: Readonly<Record<IpAdapterFacts['wants']['seen'], number>>;
}

/** A word with vectors of its own, and how many: it takes that many tokens of a prompt. */
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

/** A person's file, and its path in what was dropped: "sd/unet/model.safetensors". */
export interface LocalFile {
  readonly file: File;
  readonly path: string;
  /** Lets the browser find the file again; absent where it cannot. */
  readonly handle?: FileSystemFileHandle;
}

/** A model in one of the person's files, or in several. */
export interface LocalModel {
  readonly name: string;
  readonly bytes: number;
  readonly layout: Layout<LocalFile>;
  /** Texts of the settings beside it, by the keys under which they are put into its metadata. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** The models among files. */
export interface Gathered {
  readonly models: readonly LocalModel[];
  /** Parts of a model of which others are missing. */
  readonly refused: readonly { readonly file: string; readonly problem: Problem }[];
  /** A .yaml each that says how a checkpoint is drawn which is not among them: see `annotate`. */
  readonly settings: readonly LocalFile[];
}

/** What the header of a file says, whether it is a model or not. */
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
  /** Why its data, unlike its header, is not sound: too short, or followed by something else. Null where it is sound. */
  readonly lack: Problem | null;
}

/** A model that can be downloaded. */
export interface Offer {
  readonly file: string;
  readonly bytes: number;
  /** As its server names it; null where it names none. */
  readonly licence: string | null;
  readonly verdict: Inspection['verdict'];
  /** Where its bytes are; null where it cannot be used. */
  readonly model: RemoteModel | null;
  /** As of a `LocalModel`. */
  readonly beside?: LocalModel['beside'];
}
