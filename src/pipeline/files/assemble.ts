/** The parts of a diffusers folder, made one checkpoint: as if it had been a single file all along. */
import { DrobeError } from '../../errors';
import { commonDtype } from '../../nets/detect/detect';
import {
  filePartOf,
  isProjected,
  namesInPart,
  readsTwoTexts,
  textWidth,
  wholeWidth,
  type FilePart,
} from '../../nets/detect/diffusers';
import type { Place } from '../../nets/names/places';
import { listed } from '../../nets/detect/parts';
import { combine } from '../../weights/values/combine';
import type { Layout, Range } from '../../weights/store/layout';
import type { Header } from '../../weights/safetensors';

/** A file that might hold a part. */
export interface Member<F> {
  readonly file: F;
  /** Where it lies: it orders the files of one net, and settles which of two equals is taken. */
  readonly path: string;
  readonly header: Header;
  /** Where its numbers lie, where that is not behind its header: of a PyTorch file. */
  readonly ranges?: readonly Range<F>[];
}

/** A net, in one file or in several. */
interface Net<F> {
  readonly part: FilePart;
  /** What all files of a net have in common. */
  readonly mark: string;
  /** Of a text encoder, where that is known. */
  readonly width: number | null;
  readonly members: Member<F>[];
  readonly names: Set<string>;
}

/**
 * One safetensors file of files that belong together, whose names go behind that of their part. It refers to their bytes
 * and does not copy them.
 * Files that are no part are left out. Where a net is there more than once (folders often hold it in single precision
 * and in half), the smaller one is taken.
 * @param beside texts of the settings that lie with them, which become metadata.
 * What else than the net that draws is missing can be borrowed.
 * @throws DrobeError 'missing-part' where that is not among them, or 'missing-shard' with the name of a file that a net in
 * several lacks.
 */
export function assemble<F>(
  members: readonly Member<F>[],
  beside: Readonly<Record<string, string>> = {},
): Layout<F> {
  const chosen = chooseParts(netsOf(members));
  const files = [...chosen.values()].flatMap((net) => net?.members ?? []);
  const shard = missingShard(files.map(pathOf), new Set(members.map(pathOf)));
  if (shard) throw new DrobeError('missing-shard', { shard });
  const denoiser = chosen.get('unet') ?? chosen.get('mmdit');
  if (!denoiser) throw new DrobeError('missing-part', { part: listed(['unet']) });
  const parts = [...chosen].flatMap(([part, net]) => {
    return (net?.members ?? []).map((member) => {
      const own = namesInPart(part, member.header.tensors.keys());
      const rename = (name: string): string => (part === 'tokenizer' ? name : `${part}.${own(name)}`);
      return { ...member, rename };
    });
  });
  // What its files state is about the model; a VAE's title would be its own.
  const stated = denoiser.members.flatMap(({ header }) => [...header.metadata]);
  return combine(parts, new Map([...stated, ...Object.entries(beside)]));
}

/** Files of one net have no tensor in common, but their kind of numbers and, of a text encoder, the width. */
function netsOf<F>(members: readonly Member<F>[]): Net<F>[] {
  const nets: Net<F>[] = [];
  for (const member of members.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { tensors } = member.header;
    const part = filePartOf(tensors.keys(), member.path);
    if (!part) continue;
    const width = part === 'text' ? textWidth(tensors) : null;
    const mark = [part, commonDtype(tensors), width].join(' ');
    const names = [...tensors.keys()].map(namesInPart(part, tensors.keys()));
    const known = nets.find((net) => net.mark === mark && !names.some((name) => net.names.has(name)));
    const net = known ?? { part, mark, width, members: [], names: new Set() };
    if (!known) nets.push(net);
    net.members.push(member);
    for (const name of names) net.names.add(name);
  }
  return nets;
}

/** A net for each part that the model needs, or none. */
function chooseParts<F>(nets: readonly Net<F>[]): Map<Place | 'tokenizer', Net<F> | undefined> {
  const bestOf = (wanted: FilePart): Net<F> | undefined => best(nets.filter(({ part }) => part === wanted));
  const unet = bestOf('unet');
  const mmdit = unet ? undefined : bestOf('mmdit');
  const chosen = new Map<Place | 'tokenizer', Net<F> | undefined>([
    ['unet', unet],
    ['mmdit', mmdit],
    ['vae', bestOf('vae')],
  ]);
  const texts = nets.filter(({ part }) => part === 'text');
  if (mmdit) {
    const [text, text2] = byWidth(texts, mmdit);
    return chosen
      .set('text', text)
      .set('text2', text2)
      .set('t5', bestOf('t5'))
      .set('tokenizer', bestOf('tokenizer'));
  }
  const plain = best(texts.filter(({ names }) => !isProjected(names)));
  const projected = texts.filter(({ names }) => isProjected(names));
  if (!unet || !readsTwoTexts(unet.names)) return chosen.set('text', plain ?? best(projected));
  // Some save the first one with its projection, too: it is the narrower.
  const widest = Math.max(...projected.map(widthOf));
  return chosen
    .set('text', plain ?? best(projected.filter((net) => widthOf(net) < widest)))
    .set('text2', best(projected.filter((net) => widthOf(net) === widest)));
}

const widthOf = ({ width }: Net<unknown>): number => width ?? 0;

/** Both of an MMDiT's give the prompt as a whole, side by side: the first one is the narrower. */
function byWidth<F>(texts: readonly Net<F>[], mmdit: Net<F>): (Net<F> | undefined)[] {
  const whole = mmdit.members.map(({ header }) => wholeWidth(header.tensors)).find((width) => width !== null);
  const isWide = (net: Net<F>): boolean => widthOf(net) > (whole ?? 0) / 2;
  return [best(texts.filter((net) => !isWide(net))), best(texts.filter(isWide))];
}

/** The most complete; of these the smallest, as computing in half precision asks for no more; then the plainest path. */
function best<F>(nets: readonly Net<F>[]): Net<F> | undefined {
  const bytes = ({ members }: Net<F>): number => members.reduce((sum, { header }) => sum + header.bytes, 0);
  const length = ({ members }: Net<F>): number => members[0]!.path.length; // a net has a file at least
  return nets.toSorted(
    (a, b) => b.names.size - a.names.size || bytes(a) - bytes(b) || length(a) - length(b),
  )[0];
}

const pathOf = ({ path }: Member<unknown>): string => path;

/** A net in several files says so in their names, as transformers and diffusers write them. */
const SHARD = /^(.*-)\d{5}-of-(\d{5})(.*)$/;

/** The name of the first file that these go with and that is not there: "model-00002-of-00003.safetensors". */
function missingShard(paths: readonly string[], there: ReadonlySet<string>): string | undefined {
  for (const path of paths) {
    const [, start, total = '0', end] = SHARD.exec(path) ?? [];
    for (let i = 1; i <= Number(total); i++) {
      const shard = `${start}${String(i).padStart(5, '0')}-of-${total}${end}`;
      if (!there.has(shard)) return shard.slice(shard.lastIndexOf('/') + 1);
    }
  }
  return undefined;
}
