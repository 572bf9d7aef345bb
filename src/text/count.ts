/** The counter beside a prompt: "86 / 150". */
import { cut, timelines, type Reading, type Which } from './conditions';
import { ROOM } from './windows';

/** How full a prompt's windows are, in tokens. */
export interface TokenCount {
  readonly used: number;
  /** What the windows hold that are begun. */
  readonly room: number;
}

/** Tokens of a prompt as A1111 counts them: of a prompt that changes, those of its longest text. */
export function tokenCount(prompt: string, which: Which, reading: Reading): TokenCount {
  const texts = new Set(
    timelines(prompt, which, reading).flatMap(({ spans }) => spans.map(({ text }) => text)),
  );
  const used = Math.max(...[...texts].map((text) => cut(text, reading).used));
  const { room = ROOM, limit = Infinity } = reading;
  return { used, room: room * Math.min(limit, Math.max(1, Math.ceil(used / room))) };
}
