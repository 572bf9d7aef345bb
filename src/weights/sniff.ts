import { DrobeError } from '../errors';

/** So many bytes from the start of a file are enough to tell what it is. */
export const SNIFF_BYTES = 4096;

/** A kind of file, and what stands in it at which place. */
type Sign = readonly [kind: string, ...signs: readonly (readonly [at: number, bytes: string])[]];

/** What else lies in a folder for downloads. */
const OTHERS: readonly Sign[] = [
  ['GGUF', [0, 'GGUF']],
  ['HDF5', [0, '\x89HDF']],
  ['NumPy', [0, '\x93NUMPY']],
  ['SQLite (Draw Things)', [0, 'SQLite format 3']],
  ['TensorRT', [0, 'ftrt']],
  ['TensorFlow Lite', [4, 'TFL3']],
  ['PNG', [0, '\x89PNG']],
  ['JPEG', [0, '\xff\xd8\xff']],
  ['GIF', [0, 'GIF8']],
  ['PSD', [0, '8BPS']],
  ['WebP', [0, 'RIFF'], [8, 'WEBP']],
  ['AVIF', [4, 'ftypavif']],
  ['HEIC', [4, 'ftyphei']],
  ['HEIC', [4, 'ftypmif1']],
  ['a film', [4, 'ftyp']],
  ['a film', [0, '\x1a\x45\xdf\xa3']],
  ['a film', [0, 'RIFF'], [8, 'AVI ']],
  ['sound', [0, 'RIFF'], [8, 'WAVE']],
  ['sound', [0, 'ID3']],
  ['sound', [0, '\xff\xfb']],
  ['sound', [0, '\xff\xf3']],
  ['sound', [0, 'OggS']],
  ['sound', [0, 'fLaC']],
  ['PDF', [0, '%PDF-']],
  ['an Office document', [0, '\xd0\xcf\x11\xe0']],
  ['an Office document', [0, 'PK\x03\x04'], [30, '[Content_Types].xml']],
  ['a program', [0, 'MZ'], [3, '\0']],
  ['a program', [0, '\x7fELF']],
  ['a program', [0, '\xcf\xfa\xed\xfe']],
  ['a program', [0, '\xca\xfe\xba\xbe']],
  ['a shortcut', [0, 'L\0\0\0\x01\x14\x02\0']],
];

/** How torch.save began its files before it wrote zips: a pickle of the number 0x1950a86a20f9469cfc6c. */
export const OLD_TORCH: readonly number[] = [
  0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];

/** What a model may be packed in. */
const ARCHIVES: readonly Sign[] = [
  ['gzip', [0, '\x1f\x8b']],
  ['bzip2', [0, 'BZh']],
  ['xz', [0, '\xfd7zXZ']],
  ['Zstandard', [0, '\x28\xb5\x2f\xfd']],
  ['7z', [0, '7z\xbc\xaf\x27\x1c']],
  ['RAR', [0, 'Rar!\x1a\x07']],
  ['zip', [0, 'PK\x03\x04']],
  ['tar', [257, 'ustar']],
];

/**
 * What a file that is no safetensors file really is, judged by its first bytes, as the error to throw;
 * null when the bytes are like nothing we know.
 */
export function sniff(head: Uint8Array): DrobeError | null {
  if (isPickle(head)) return new DrobeError(beginsAsOldTorch(head) ? 'file-is-torch' : 'file-is-pickle');
  const kind = kindIn(OTHERS, head);
  if (kind) return other(kind);
  const archive = kindIn(ARCHIVES, head);
  if (archive === 'zip' && isTorchZip(head)) return new DrobeError('file-is-torch');
  if (archive === 'zip' && /\.npy$/.test(firstEntry(head))) return other('NumPy (MLX)');
  if (archive) return new DrobeError('file-is-archive', { kind: archive });
  if (isProtobuf(head)) return other(head[2] === 0x12 && isMessage(head) ? 'Core ML or TensorFlow' : 'ONNX');
  if (isMessagePack(head)) return other('MessagePack (Flax)');
  if (head.every((byte) => byte === 0)) return other('zeros');

  const text = asText(head)?.trimStart();
  if (text === undefined) return null;
  if (/^(?:<!--[^]*?-->\s*)*<(!doctype\s+html|html|head|body|title|meta|script)\b/i.test(text))
    return new DrobeError('file-is-html');
  if (/^<(?:\?xml|error)\b/i.test(text)) return other('XML', text);
  if (text.startsWith('version https://git-lfs.github.com/spec/'))
    return new DrobeError('file-is-lfs-pointer');
  return other(/^(?:\{|\[\s*["[{\d\]])/.test(text) ? 'JSON' : 'text', text);
}

/** So much of a text is quoted. */
const QUOTED = 120;

const other = (kind: string, text = '') =>
  new DrobeError('file-is-other', {
    kind,
    ...(text && { says: text.slice(0, QUOTED).replace(/\s+/g, ' ') }),
  });

function kindIn(table: readonly Sign[], head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, 300));
  return table.find(([, ...signs]) => signs.every(([at, bytes]) => text.startsWith(bytes, at)))?.[0];
}

/** Whether a file begins as those of torch.save did before PyTorch 1.6. */
export const beginsAsOldTorch = (head: Uint8Array): boolean => OLD_TORCH.every((byte, i) => head[i] === byte);

/** PROTO opcode and a protocol that Python has. */
function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5;
}

/** torch.save's zip: told from other zips by the name of its first entry. */
function isTorchZip(head: Uint8Array): boolean {
  return /\/(data\.pkl|constants\.pkl|byteorder|version|\.format_version|\.storage_alignment|data\/\d+)$/.test(
    firstEntry(head),
  );
}

/** The name of a zip's first entry. */
function firstEntry(head: Uint8Array): string {
  const length = head[26]! | (head[27]! << 8);
  return String.fromCharCode(...head.subarray(30, 30 + length));
}

/** Field 1, a version, then another of a model's fields: of ONNX a name, of Core ML and TensorFlow a message. */
function isProtobuf(head: Uint8Array): boolean {
  return (
    head[0] === 0x08 && head[1]! > 0 && head[1]! < 32 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(head[2]!)
  );
}

/** A message begins with a field's number, a name with a letter. */
const isMessage = (head: Uint8Array): boolean => head[3]! > 0 && head[4]! < 0x20;

/** A map, and as its first key a string. */
function isMessagePack(head: Uint8Array): boolean {
  const [first = 0] = head;
  const at = (first & 0xf0) === 0x80 ? 1 : first === 0xde ? 3 : 0;
  const [length = 0, letter = 0] = head.subarray(at);
  return at > 0 && length >= 0xa1 && length <= 0xbf && /\w/.test(String.fromCharCode(letter));
}

/** The bytes as text, if that is what they are. Their end may cut a character in two. */
function asText(head: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // oxlint-disable-next-line no-control-regex -- control characters are what tells bytes from text
    return /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
