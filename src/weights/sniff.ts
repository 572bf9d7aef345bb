import { DrobeError } from '../errors';

/** So many bytes from the start of a file are enough to tell what it is. */
export const SNIFF_BYTES = 4096;

const MAGIC: readonly (readonly [kind: string, bytes: readonly number[]])[] = [
  ['GGUF', [0x47, 0x47, 0x55, 0x46]],
  ['PNG', [0x89, 0x50, 0x4e, 0x47]],
  ['JPEG', [0xff, 0xd8, 0xff]],
];

/** How torch.save began its files before it wrote zips: a pickle of the number 0x1950a86a20f9469cfc6c. */
export const OLD_TORCH: readonly number[] = [
  0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];

/** What a model may be packed in. */
const ARCHIVES: typeof MAGIC = [
  ['gzip', [0x1f, 0x8b]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['RAR', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

/**
 * What a file that is no safetensors file really is, judged by its first bytes, as the error to throw;
 * null when the bytes are like nothing we know.
 */
export function sniff(head: Uint8Array): DrobeError | null {
  if (isPickle(head)) return new DrobeError(beginsAsOldTorch(head) ? 'file-is-torch' : 'file-is-pickle');
  const archive = kindIn(ARCHIVES, head);
  if (archive === 'zip' && isTorchZip(head)) return new DrobeError('file-is-torch');
  if (archive) return new DrobeError('file-is-archive', { kind: archive });
  const kind = kindIn(MAGIC, head);
  if (kind) return other(kind);
  if (isOnnx(head)) return other('ONNX');
  if (head.every((byte) => byte === 0)) return other('zeros');

  const text = asText(head)?.trimStart();
  if (text === undefined) return null;
  if (/^<(!doctype\s+html|html|head|body|title|meta|script)\b/i.test(text))
    return new DrobeError('file-is-html');
  if (text.startsWith('version https://git-lfs.github.com/spec/'))
    return new DrobeError('file-is-lfs-pointer');
  return other(/^[{[]/.test(text) ? 'JSON' : 'text');
}

const other = (kind: string) => new DrobeError('file-is-other', { kind });

const kindIn = (table: typeof MAGIC, head: Uint8Array): string | undefined =>
  table.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0];

export const beginsAsOldTorch = (head: Uint8Array): boolean => OLD_TORCH.every((byte, i) => head[i] === byte);

/** PROTO opcode and a protocol that Python has. */
function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5;
}

/** torch.save's zip: told from other zips by the name of its first entry. */
function isTorchZip(head: Uint8Array): boolean {
  const length = head[26]! | (head[27]! << 8);
  const name = String.fromCharCode(...head.subarray(30, 30 + length));
  return /\/(data\.pkl|constants\.pkl|byteorder|version|\.format_version|\.storage_alignment|data\/\d+)$/.test(
    name,
  );
}

/** ModelProto: field 1, ir_version, then another of its fields. */
function isOnnx(head: Uint8Array): boolean {
  return (
    head[0] === 0x08 && head[1]! > 0 && head[1]! < 32 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(head[2]!)
  );
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
