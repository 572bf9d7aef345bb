/**
 * The scripts that may be started as workers: the app's own, from its folder. A browser that has Trusted Types takes no
 * address that has not passed here: https://www.w3.org/TR/trusted-types/.
 */
import { base } from './place';

/** As far as it is used here. What its policy gives is an object that only says it is a string. */
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}
interface Policy {
  createScriptURL(address: string): string;
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

/** Browsers without Trusted Types are given the address as it is. */
const policy = (name: string, createScriptURL: Policy['createScriptURL']): Policy =>
  trustedTypes?.createPolicy(name, { createScriptURL }) ?? { createScriptURL };

function own(address: string): string {
  const { href } = new URL(address, base);
  if (href.startsWith(base)) return href;
  throw new TypeError(`${address} is no script of this app`);
}

const inside = new Map<string, string>();

/**
 * A script in a blob, which is all that it takes to have a worker inherit its maker's Content Security Policy: one that is
 * fetched from a server has what that server sends along, which on many hosts is nothing. Kept as long as its maker lives.
 */
function confined(address: string): string {
  const script = own(address);
  const known = inside.get(script);
  if (known !== undefined) return known;
  const module = new Blob([`import ${JSON.stringify(script)};`], { type: 'text/javascript' });
  const blob = URL.createObjectURL(module);
  inside.set(script, blob);
  return blob;
}

const ownPolicy = policy('drobe-own', own);
const confinedPolicy = policy('drobe-confined', confined);

/** A script that is bound by nothing but the headers it comes with. @throws TypeError where it is not the app's. */
export const ownScript = (address: string): string => ownPolicy.createScriptURL(address);

/** A module that is bound by what binds its maker. @throws TypeError where it is not the app's. */
export const confinedScript = (address: string): string => confinedPolicy.createScriptURL(address);

/** Has workers that code of others starts, by a plain address, confined, too. Browsers without Trusted Types start them as they are. */
export function confineOthers(): void {
  trustedTypes?.createPolicy('default', { createScriptURL: confined });
}
