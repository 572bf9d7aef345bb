/** Folders in which diffusers keeps a model that is not run here: named once, and not file by file. */
import { filePartOf } from '../../nets/detect/diffusers';
import { strangerIn, type Kind } from '../../nets/strangers/stranger';
import type { Header } from '../../weights/safetensors';
import type { Problem } from '../api';
import { last, parent } from './paths';

interface Seen {
  readonly path: string;
  readonly header: Header | null;
}

/** A folder of a model that is not run. */
export interface ForeignFolder<S> {
  /** What a person would call it. */
  readonly file: string;
  readonly problem: Problem;
  /** Its files: parts of a model, and others that are not run either. */
  readonly members: readonly S[];
}

/** Where diffusers keeps the net that draws. */
const DRAWS = /^(?:unet|transformer|transformer_\d|prior|decoder|image_unet|text_unet)$/;

/** The models among files that are not run, where they are in a folder with parts of its own. */
export function foreignFolders<S extends Seen>(files: readonly S[]): ForeignFolder<S>[] {
  const roots = new Set(
    files.flatMap(({ path }) => (DRAWS.test(last(parent(path))) ? [parent(parent(path))] : [])),
  );
  return [...roots].flatMap((root) => {
    const members = files.filter(
      ({ path, header }) => header !== null && isIn(root, path) && isMember(header),
    );
    const nets = members.filter(({ path }) => DRAWS.test(last(parent(path))));
    const kind = kindOf(nets) ?? variationsIn(members);
    if (!kind) return [];
    // Dropped without the folder around them, they go by the name of the net that draws.
    const file = last(root) || last(parent(nets[0]?.path ?? ''));
    return [{ file, problem: { code: 'other-kind', facts: { kind, as: '' } }, members }];
  });
}

const isMember = ({ tensors }: Header): boolean =>
  filePartOf(tensors.keys()) !== null || strangerIn(tensors) !== null;

/** Of files that may be a net only together, in one that draws. */
function kindOf(nets: readonly Seen[]): Kind | null {
  const tensors = new Map(nets.flatMap(({ header }) => [...(header?.tensors ?? [])]));
  const stranger = strangerIn(tensors);
  return stranger?.draws ? stranger.kind : null;
}

/** A UNet like ours that reads pictures: beside it is an encoder for them, and none for words. */
function variationsIn(members: readonly Seen[]): Kind | null {
  const parts = members.map(({ header }) => header && filePartOf(header.tensors.keys()));
  const looks = members.some(({ header }) => header && strangerIn(header.tensors)?.kind === 'image-encoder');
  return looks && parts.includes('unet') && !parts.includes('text') ? 'image-variation' : null;
}

/** Whether a file lies in a folder, or in one of the folders in it; '' is the one around all that were dropped. */
function isIn(root: string, path: string): boolean {
  const folder = parent(path);
  return folder !== '' && (folder === root || parent(folder) === root);
}
