import { describe, expect, it } from 'vitest';
import { en } from '../../../src/ui/words/en';
import { DrobeError } from '../../../src/errors';
import {
  parseHeader,
  readHeader,
  readPadded,
  type Header,
  type Slices,
} from '../../../src/weights/safetensors';
import { goldenFile, goldenFiles, mulberry32 } from './golden';

const encoder = new TextEncoder();

function fileOf(header: string, dataBytes: number): Blob {
  const json = encoder.encode(header);
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(json.length), true);
  return new Blob([length.buffer, json, new Uint8Array(dataBytes)]);
}

async function verdict(file: Slices): Promise<Header | DrobeError> {
  try {
    return await readHeader(file);
  } catch (error) {
    if (error instanceof DrobeError) return error;
    throw error;
  }
}

async function failure(file: Slices): Promise<DrobeError> {
  const result = await verdict(file);
  if (!(result instanceof DrobeError)) throw new Error('the header was accepted');
  return result;
}

describe('readHeader agrees with the reference library (see golden/safetensors.test.ts)', () => {
  it('in all but the cases where the format text is stricter than the library', async () => {
    const refused = [];
    for (const { file, bytes, acceptable } of goldenFiles) {
      if (acceptable.includes('ok') && (await verdict(new Blob([bytes]))) instanceof DrobeError)
        refused.push(file);
    }
    expect(refused).toEqual(['edge_header_starts_with_space', 'edge_duplicate_key_same']);
  });
});

describe('readHeader', () => {
  it('gives absolute offsets, in the order of the file', async () => {
    const { tensors, bytes } = await readHeader(new Blob([goldenFile('ok_reverse_key_order').bytes]));
    expect(bytes).toBe(176);
    expect([...tensors.values()]).toEqual([
      { name: 'a.weight', dtype: 'F32', shape: [2, 3], begin: 136, end: 160 },
      { name: 'b.bias', dtype: 'F32', shape: [4], begin: 160, end: 176 },
    ]);
  });

  it('never reads past the header', async () => {
    const file = new Blob([goldenFile('ok_two').bytes, new Uint8Array(9e6)]);
    let furthest = 0;
    const watched: Slices = {
      size: file.size,
      slice(begin, end) {
        furthest = Math.max(furthest, end);
        return file.slice(begin, end);
      },
    };
    await verdict(watched);
    expect(furthest).toBeLessThanOrEqual(4096);
  });

  it('does not allocate what a lying length word asks for', async () => {
    const lengths: number[] = [];
    const liar: Slices = {
      size: 2 ** 52,
      slice(begin, end) {
        lengths.push(end - begin);
        const bytes = new Uint8Array(end - begin).fill(0x7b);
        return { arrayBuffer: () => Promise.resolve(bytes.buffer) };
      },
    };
    expect((await failure(liar)).code).toBe('file-is-other');
    expect(lengths).toEqual([4096]);
  });

  it.each([
    ['bad_empty_file', 'file-empty', {}],
    ['bad_7_bytes', 'file-truncated', { expectedBytes: 8, actualBytes: 7 }],
    ['bad_truncated_header', 'file-truncated', { expectedBytes: 136, actualBytes: 40 }],
    ['bad_truncated_data', 'file-truncated', { expectedBytes: 176, actualBytes: 171 }],
    ['bad_truncated_all_data', 'file-truncated', { expectedBytes: 176, actualBytes: 136 }],
    ['bad_header_longer_than_file', 'file-truncated', { expectedBytes: 100008, actualBytes: 176 }],
    ['bad_trailing_bytes', 'file-too-long', { extraBytes: 8 }],
    ['bad_hole', 'bad-header', { reason: '"b.bias" leaves a hole or overlaps its neighbour' }],
    ['bad_header_json_array', 'bad-header', { reason: 'the header does not begin with {' }],
    ['bad_header_invalid_utf8', 'bad-header', { reason: 'the header is not UTF-8' }],
    ['bad_duplicate_key', 'bad-header', { reason: 'the key "a.weight" twice at character 82' }],
    ['bad_unknown_dtype', 'bad-header', { reason: '"b.bias" has the unknown dtype "F33"' }],
    ['bad_offset_above_u64', 'bad-header', { reason: 'a number above 2^53 at character 156' }],
    ['bad_shape_overflow', 'bad-header', { reason: '"b.bias" has too large a shape' }],
  ])('says what is wrong with %s', async (name, code, facts) => {
    expect(await failure(new Blob([goldenFile(name).bytes]))).toMatchObject({ code, facts });
  });

  it.each([
    ['torch_zip_ckpt', 'file-is-torch', undefined],
    ['torch_legacy_pickle', 'file-is-torch', undefined],
    ['pickle', 'file-is-pickle', undefined],
    ['pickle4', 'file-is-pickle', undefined],
    ['html_404', 'file-is-html', undefined],
    ['html_login', 'file-is-html', undefined],
    ['lfs_pointer', 'file-is-lfs-pointer', undefined],
    ['gguf', 'file-is-other', 'GGUF'],
    ['zip', 'file-is-archive', 'zip'],
    ['json_error', 'file-is-other', 'JSON'],
    ['xet_text', 'file-is-other', 'text'],
    ['onnx', 'file-is-other', 'ONNX'],
    ['png', 'file-is-other', 'PNG'],
    ['gzip', 'file-is-archive', 'gzip'],
    ['zeros', 'file-is-other', 'zeros'],
    ['rar', 'file-is-archive', 'RAR'],
    ['7z', 'file-is-archive', '7z'],
  ])('names a foreign file: %s', async (kind, code, named) => {
    const { bytes } = goldenFiles.find(({ sniff }) => sniff === kind)!;
    const error = await failure(new Blob([bytes]));
    expect([error.code, error.facts['kind']]).toEqual([code, named]);
  });

  it.each([
    ['PDF', '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'],
    ['SQLite (Draw Things)', 'SQLite format 3\0'],
    ['a program', 'MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff'],
    ['a program', '\x7fELF\x02\x01\x01\0\0\0'],
    ['sound', 'ID3\x03\0\0\0\0\x1fv'],
    ['sound', '\xff\xfb\x90\x44\0\0'],
    ['sound', 'RIFF\x24\0\0\0WAVEfmt '],
    ['WebP', 'RIFF\x24\0\0\0WEBPVP8 '],
    ['a film', '\0\0\0\x20ftypisom\0\0\x02\0'],
    ['AVIF', '\0\0\0\x20ftypavif\0\0\0\0'],
    ['TensorRT', 'ftrt\0\0'],
    ['TensorFlow Lite', '\x1c\0\0\0TFL3'],
    ['NumPy (MLX)', `PK\x03\x04${'\0'.repeat(22)}\x05\0\0\0w.npy`],
    ['Core ML or TensorFlow', '\x08\x07\x12\x14\n\x12'],
    ['MessagePack (Flax)', '\x83\xa7conv_in\x82'],
    ['HDF5', '\x89HDF\r\n\x1a\n\0\0'],
    ['an Office document', `PK\x03\x04${'\0'.repeat(26)}[Content_Types].xml`],
    ['xz', '\xfd7zXZ\0\0\x04'],
    ['tar', `model.ckpt${'\0'.repeat(247)}ustar\x0000`],
    ['zip', `PK\x03\x04${'\0'.repeat(26)}model.ckpt`],
  ])('names what lies in a folder for downloads: %s', async (kind, head) => {
    const bytes = Uint8Array.from(head.padEnd(2000, '\x01'), (letter) => letter.charCodeAt(0));
    const { code, facts } = await failure(new Blob([bytes]));
    expect(facts['kind']).toBe(kind);
    expect(code).toBe(/^(?:zip|xz|tar)$/.test(kind) ? 'file-is-archive' : 'file-is-other');
  });

  it('a few bytes behind the last tensor, or noughts, are passed over where a file is imported', async () => {
    const { bytes } = goldenFile('bad_trailing_bytes');
    const whole = await readPadded(new Blob([bytes]));
    expect(whole.bytes).toBe(bytes.length - 8);
    expect(whole.tensors.size).toBeGreaterThan(0);
    const more = (count: number, value: number) =>
      readPadded(new Blob([bytes.subarray(0, whole.bytes), new Uint8Array(count).fill(value)]));
    expect((await more(64, 7)).bytes).toBe(whole.bytes);
    expect((await more(65, 0)).bytes).toBe(whole.bytes);
    await expect(more(65, 7)).rejects.toMatchObject({ code: 'file-too-long', facts: { extraBytes: 65 } });
  });

  it.each([
    ['\ufeff\n  <!DOCTYPE html>\n<html>', 'file-is-html', undefined],
    ['<!-- saved from url=(0014)about:internet -->\n<html>', 'file-is-html', undefined],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'file-is-other', 'XML'],
    ['[InternetShortcut]\r\nURL=https://example.com/', 'file-is-other', 'text'],
    ['[{"a":1}]', 'file-is-other', 'JSON'],
  ])('names a text by how it begins: %j', async (text, code, kind) => {
    const error = await failure(new Blob([text]));
    expect([error.code, error.facts['kind']]).toEqual([code, kind]);
  });

  it('quotes how a text begins, which may be a server’s answer', async () => {
    const { facts } = await failure(new Blob([`Access is restricted.\n Log in. ${'x'.repeat(200)}`]));
    expect(facts['says']).toMatch(/^Access is restricted\. Log in\. x+$/);
    expect(String(facts['says']).length).toBeLessThan(121);
  });
});

describe('the header', () => {
  const entry = (fields: string) => `{"t":{${fields}}}`;
  const sound = '"dtype":"U8","shape":[2],"data_offsets":[0,2]';

  it.each([
    ['a field given twice', entry(`"shape":[2],${sound}`)],
    ['minus zero', entry('"dtype":"U8","shape":[-0],"data_offsets":[0,0]')],
    ['an exponent', entry('"dtype":"U8","shape":[2e0],"data_offsets":[0,2]')],
    ['a leading zero', entry('"dtype":"U8","shape":[02],"data_offsets":[0,2]')],
    ['a raw line break in a name', `{"a\nb":{${sound}}}`],
    ['an unknown escape', `{"a\\x":{${sound}}}`],
    ['a low surrogate alone', `{"\\udc00":{${sound}}}`],
    ['two high surrogates', `{"\\ud800\\ud800":{${sound}}}`],
    ['a comment', `{/**/"t":{${sound}}}`],
    ['an extra field that is no JSON', entry(`${sound},"x":NaN`)],
    ['an extra field nested without end', entry(`${sound},"x":${'['.repeat(200)}${']'.repeat(200)}`)],
    [
      'a shape of a thousand numbers',
      entry(`"dtype":"U8","shape":[${'1,'.repeat(999)}2],"data_offsets":[0,2]`),
    ],
    ['half a byte', '{"t":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}'],
    [
      'an overflow beside a zero',
      '{"t":{"dtype":"U8","shape":[4294967296,4294967297,0],"data_offsets":[0,2]}}',
    ],
    ['no end', `{"t":{${sound}}`],
  ])('is refused for %s', async (_, header) => {
    expect((await failure(fileOf(header, 2))).code).toBe('bad-header');
  });

  it('may have extra fields of every JSON kind', async () => {
    const extra = '"x":{"a":[1,-2.5e+3,true,false,null,"\\u00e5\\ud83c\\udf33",{},[]]}';
    expect((await readHeader(fileOf(entry(`${extra},${sound}`), 2))).tensors.size).toBe(1);
  });

  it('may have a product of dimensions up to 2^64', async () => {
    const header = '{"t":{"dtype":"U8","shape":[2147483648,4294967296,0],"data_offsets":[0,0]}}';
    expect((await readHeader(fileOf(header, 0))).tensors.get('t')!.shape).toEqual([2 ** 31, 2 ** 32, 0]);
  });

  it('of 3,000 tensors is read in well under a second', () => {
    const entries = Array.from({ length: 3000 }, (_, i) => {
      const name = `model.diffusion_model.output_blocks.${i}.transformer_blocks.0.attn1.to_q.weight`;
      return `"${name}":{"dtype":"F16","shape":[640,640],"data_offsets":[${i * 819200},${(i + 1) * 819200}]}`;
    });
    const json = encoder.encode(`{${entries.join(',')}}`);
    const started = performance.now();
    const header = parseHeader(json, 8 + json.length + 3000 * 819200);
    const milliseconds = performance.now() - started;
    console.log(`header of 3,000 tensors, ${json.length} bytes: ${milliseconds.toFixed(1)} ms`);
    expect(header.tensors.size).toBe(3000);
    expect(milliseconds).toBeLessThan(1000);
  });

  it('damaged at random, 5,000 times, gives a header or a DrobeError, and a sound layout', async () => {
    const random = mulberry32(20240607);
    const pick = <T>(from: ArrayLike<T>): T => from[Math.floor(random() * from.length)]!;
    const seeds = goldenFiles.filter(
      ({ acceptable, bytes }) => acceptable.includes('ok') && bytes.length < 400,
    );
    const tokens = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u',
      'null',
      '1e9',
      '-1',
      '99999999999999999999',
      '"shape"',
      '\0',
    ];
    let accepted = 0;
    for (let round = 0; round < 5000; round++) {
      const bytes = [...pick(seeds).bytes];
      for (let edits = 1 + Math.floor(random() * 3); edits > 0; edits--) {
        const at = Math.floor(random() * bytes.length);
        const kind = random();
        if (kind < 0.3) bytes[at] = Math.floor(random() * 256);
        else if (kind < 0.5) bytes.splice(at, 1 + Math.floor(random() * 8));
        else if (kind < 0.8) bytes.splice(at, random() < 0.5 ? 0 : 1, ...encoder.encode(pick(tokens)));
        else bytes.splice(at, 0, ...bytes.slice(Math.floor(at / 2), at));
      }
      // Half of them with a length word that fits again, so that damage reaches the parser.
      if (random() < 0.5 && bytes.length > 8) {
        const end = bytes.lastIndexOf(0x7d) + 1;
        bytes.splice(0, 8, ...new Uint8Array(new BigUint64Array([BigInt(Math.max(0, end - 8))]).buffer));
      }
      const result = await verdict(new Blob([Uint8Array.from(bytes)]));
      if (result instanceof DrobeError) {
        // Every refusal has words of its own for a person.
        if (!/^[A-Z\p{L}].{20,}\.$/u.test(en.problems.sentence(result, 'The file')))
          throw new Error(`no en.problems.sentence for ${result.message}`);
        continue;
      }
      accepted++;
      for (const { begin, end } of result.tensors.values()) {
        if (!(begin >= 8 && begin <= end && end <= bytes.length))
          throw new Error(`a bad range in round ${round}`);
      }
    }
    console.log(`of 5,000 damaged headers, ${accepted} are still sound`);
    expect(accepted).toBeGreaterThan(50);
    expect(accepted).toBeLessThan(2500);
  });
});
