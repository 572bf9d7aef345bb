/** Why a server gave nothing, as exactly as a browser can tell. */
import { DrobeError } from '../../errors';
import { ofHub } from './hub';

/** Where this runs, as far as it decides what can be reached; tests bring their own. */
export interface Here {
  readonly online: boolean;
  /** Of this app. */
  readonly protocol: string;
}

/**
 * The error to show for what was thrown. Browsers report a broken connection and a server without CORS in the same words,
 * so these two cannot be told apart.
 */
export function causeOf(thrown: unknown, { online, protocol }: Here): unknown {
  if (!(thrown instanceof DrobeError)) return thrown;
  const { code, facts } = thrown;
  if (code !== 'no-answer' && code !== 'page-closed') return ofHub(thrown) ?? thrown;
  if (!online) return new DrobeError('offline');
  const url = URL.parse(String(facts['url'] ?? ''));
  const local = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '');
  if (protocol === 'https:' && url?.protocol === 'http:' && !local)
    return new DrobeError('address-insecure', facts);
  return url ? new DrobeError(code, { ...facts, host: url.host }, { cause: thrown }) : thrown;
}
