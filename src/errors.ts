import { withoutSecrets } from './address';

/**
 * Everything that can go wrong, as one closed list. The core throws codes with facts; the sentences a person
 * reads stand in a table of each language (`ui/words`), so that they can be translated and every code has its words.
 */
export type ErrorCode =
  // the file is not what its name says
  | 'file-empty'
  | 'file-is-html'
  | 'file-is-pickle' // and none of torch.save
  | 'file-is-torch' // one of torch.save, where such are not taken apart
  | 'bad-pickle' // facts: reason
  | 'pickle-asks' // facts: name of what it wants to be run
  | 'file-is-lfs-pointer'
  | 'file-is-archive' // facts: kind
  | 'file-is-other' // facts: kind, where it is known; says, how a text begins
  | 'file-truncated' // facts: expectedBytes, actualBytes; cut where its tensors are not counted
  | 'file-too-long' // facts: extraBytes
  | 'file-is-hollow' // facts: zeroBytes, of which at least it ends in
  | 'file-is-split' // one of several pieces
  | 'bad-header' // facts: reason
  // a sound safetensors file that we cannot use as a checkpoint
  | 'file-is-lora'
  | 'file-is-embedding'
  | 'file-is-vae'
  | 'file-is-parts' // facts: found
  | 'file-is-taesd'
  | 'file-is-ip-adapter'
  | 'file-is-image-encoder'
  | 'file-is-control'
  | 'file-is-upscaler'
  | 'file-is-hint-net'
  | 'other-kind' // facts: kind and, where it is not the model itself, as: both of `nets/strangers`
  | 'unknown-kind' // facts: modules
  | 'unsupported-model' // facts: found
  | 'unsupported-control' // facts: found
  | 'settings-alone' // a file of settings without its model
  | 'settings-unread' // a file of settings that is not JSON
  | 'missing-part' // facts: part
  | 'missing-shard' // facts: shard
  // of a weight; name of its file, where that is not the checkpoint's
  | 'missing-weight' // facts: key, name, and part where it is one of a checkpoint's
  | 'bad-weight' // facts: key, reason, name
  | 'weight-not-a-number' // facts: key, count, name
  // a LoRA that a prompt asks for
  | 'lora-unknown' // facts: name, known
  | 'lora-mismatch' // facts: name, family, and kind where it is of one that is not known
  | 'vae-mismatch' // facts: name, family
  | 'vae-decodes-only' // facts: name, empty where it is the checkpoint's
  // an IP-Adapter that a picture asks for
  | 'adapter-mismatch' // facts: name, base, family
  | 'encoder-missing' // facts: name; seen, width: what the adapter must be given
  | 'control-mismatch' // facts: name, base, family
  // a picture to start from
  | 'image-unreadable' // facts: kind, empty where it is no picture at all
  | 'image-damaged' // facts: kind
  | 'image-is-drawing'
  | 'image-moves'
  | 'image-too-large' // facts: width, height
  // what was brought for its settings
  | 'no-recipe'
  | 'workflow-unread'
  | 'link-alone'
  // a picture to enlarge
  | 'result-too-large' // facts: width, height
  | 'upscaler-unknown' // facts: name, known
  // a hint that a net makes
  | 'hint-net-missing' // facts: hint
  // storage and network
  | 'quota' // facts: neededBytes, freeBytes, fetched (set where it comes from a server)
  | 'storage' // facts: reason
  | 'model-gone' // facts: model
  | 'model-damaged' // facts: file, reason, model, server, empty where it was not downloaded
  | 'record-damaged' // facts: file
  | 'record-newer' // facts: file
  | 'repair-differs' // facts: file
  | 'file-locked' // facts: file
  | 'file-moved' // facts: file
  | 'file-changed' // facts: file
  | 'file-unreadable' // facts: file, reason; it could be read before
  | 'network' // facts: url, reason; status where there was an answer, retrySeconds; hub, said: the hub's own words for it
  | 'no-answer' // facts: url, reason, host
  | 'offline'
  | 'page-closed' // facts: url, host
  | 'address-insecure' // facts: url
  | 'bad-address' // facts: address
  | 'repository-unknown' // facts: repository, reason
  | 'repository-gated' // facts: repository
  | 'revision-unknown' // facts: repository, revision
  | 'file-unknown' // facts: repository, path
  | 'no-model-there' // facts: address
  | 'too-many-there' // facts: address, count
  | 'download-refused' // facts: url, reason, status, and the hub's as of 'network'
  | 'download-changed' // facts: url; it has another size now
  | 'download-doubtful' // facts: url; it may be another file of the same size
  | 'download-is-page' // facts: url
  | 'download-damaged' // facts: url
  | 'download-elsewhere'
  | 'app-damaged' // facts: file
  // the machine
  | 'device-lost' // facts: reason, stage
  | 'out-of-memory' // facts: reason, and of a net: stage, neededBytes, loadedBytes of its weights, limitBytes where it is known
  | 'not-a-number' // facts: stage
  | 'engine-crashed' // facts: reason
  // the request
  | 'bad-request' // facts: reason
  | 'busy'
  | 'bug'; // facts: reason

/** What an error's sentence names: a file, a size in bytes, a reason. */
export type Facts = Readonly<Record<string, string | number>>;

/** The one error class of the project: a code from the list, and the facts its sentence needs. */
export class DrobeError extends Error {
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, facts: Facts = {}, options?: ErrorOptions) {
    const sayable = Object.entries(facts).map(([name, fact]) => [name, shown(fact)] as const);
    super([code, ...sayable.map((fact) => fact.join(': '))].join(', '), options);
    this.name = 'DrobeError';
    this.code = code;
    this.facts = Object.fromEntries(sayable);
  }
}

/** Addresses may contain a key, and facts of errors are shown, copied into reports and written to consoles. */
const shown = (fact: string | number): string | number =>
  typeof fact === 'string' && fact.includes('//') ? withoutSecrets(fact) : fact;

const OF_WEIGHTS: readonly ErrorCode[] = ['missing-weight', 'bad-weight', 'weight-not-a-number'];

/**
 * Does some work, and lets errors about weights say which weight that is, and in which file.
 * @param name the file's, where it is not the checkpoint's.
 */
export function aboutWeights<T>(
  about: { readonly name?: string | undefined; readonly key?: string },
  work: () => T,
): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof DrobeError) || !OF_WEIGHTS.includes(thrown.code)) throw thrown;
    const { name, key } = about;
    const known = { ...(name !== undefined && { name }), ...(key !== undefined && { key }) };
    throw new DrobeError(thrown.code, { ...known, ...thrown.facts }, { cause: thrown });
  }
}

/** Whatever was thrown, as a DrobeError: ours untouched, everything else a 'bug' that keeps its cause. */
export function toDrobeError(thrown: unknown): DrobeError {
  if (thrown instanceof DrobeError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DrobeError('bug', { reason }, { cause: thrown });
}

/** After these, ONNX Runtime cannot be trusted again in the same worker: the next call starts another one. */
const fatal: ReadonlySet<ErrorCode> = new Set(['device-lost', 'out-of-memory', 'engine-crashed']);

/** Whether the engine ends with this error. */
export const endsEngine = (thrown: unknown): boolean => fatal.has(toDrobeError(thrown).code);

/** True for the error an aborted signal throws: aborts are told by name, not by code. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
