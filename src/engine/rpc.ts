/**
 * Calls across the worker line. A call is a generator on both sides: it streams values, returns a result, throws
 * typed errors and can be told to stop. Two requests, three replies.
 */
import { DrobeError, isAbort, toDrobeError, type ErrorCode, type Facts } from '../errors';
import type { Call, CallContext } from './api';

type Request =
  | { readonly id: number; readonly type: 'call'; readonly method: string; readonly args: readonly unknown[] }
  | { readonly id: number; readonly type: 'abort' };

type Reply =
  | { readonly id: number; readonly type: 'yield' | 'return'; readonly value: unknown }
  | { readonly id: number; readonly type: 'throw'; readonly value: Thrown };

/** An error as it crosses the line: structured clone would drop the code and facts of a DrobeError. */
interface Thrown {
  readonly code: ErrorCode | 'abort';
  readonly facts: Facts;
  readonly message: string;
}

/** One end of the line: a Worker, the worker's own `self`, or a MessagePort. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
}

/** What `connect` makes of an api: the same methods, each with the signal that stops it as first argument. */
export type Remote<A> = {
  readonly [K in keyof A]: A[K] extends (...args: infer P) => Call<infer Y, infer R>
    ? (signal: AbortSignal, ...args: P) => AsyncGenerator<Y, R, void>
    : never;
};

/** The engine's side: answers every call that arrives at the port. */
export function serve<A extends { [K in keyof A]: (...args: never[]) => Call<unknown, unknown> }>(
  port: Port,
  api: A,
): void {
  const methods = new Map<string, (...args: readonly unknown[]) => Call<unknown, unknown>>(
    Object.entries(api),
  );
  const open = new Map<number, AbortController>();

  port.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    if (data.type === 'abort') open.get(data.id)?.abort();
    else void answer(data.id, data.method, data.args);
  });
  port.start?.();

  async function answer(id: number, method: string, args: readonly unknown[]): Promise<void> {
    const reply = (message: Reply) => port.postMessage(message);
    const stop = new AbortController();
    open.set(id, stop);
    try {
      const call = methods.get(method);
      if (!call) throw new DrobeError('bug', { reason: `the engine has no method "${method}"` });
      const report = (value: unknown) => reply({ id, type: 'yield', value });
      const run = call(...args)({ signal: stop.signal, report });
      for (;;) {
        const { done, value } = await run.next();
        if (done) return reply({ id, type: 'return', value });
        reply({ id, type: 'yield', value });
        await turn();
        if (stop.signal.aborted) await run.return(undefined); // lets its finally blocks clean up
        stop.signal.throwIfAborted();
      }
    } catch (thrown) {
      reply({ id, type: 'throw', value: pack(thrown) });
    } finally {
      open.delete(id);
    }
  }
}

/** A call that yields nothing; it may report progress from inside. */
export function answer<Y, R>(work: (context: CallContext<Y>) => Promise<R>): Call<Y, R> {
  // oxlint-disable-next-line require-yield -- every call is a generator, this kind an empty one
  return async function* (context) {
    return work(context);
  };
}

/**
 * The page's side. `died` aborts with the error that every open call shall throw when the far side is gone.
 * A call starts with its first `next()`; breaking out of it aborts it.
 */
export function connect<A>(port: Port, died: AbortSignal = new AbortController().signal): Remote<A> {
  const inboxes = new Map<number, (reply: Reply) => void>();
  let ids = 0;

  port.addEventListener('message', ({ data }: MessageEvent<Reply>) => inboxes.get(data.id)?.(data));
  port.start?.();

  async function* call(method: string, signal: AbortSignal, args: readonly unknown[]) {
    signal.throwIfAborted();
    died.throwIfAborted();
    const id = ++ids;
    const send = (request: Request) => port.postMessage(request);
    const inbox: Reply[] = [];
    let wake = () => {};
    let over = false;
    const onReply = (reply: Reply) => (inbox.push(reply), wake());
    const onAbort = () => send({ id, type: 'abort' });
    const onDeath = () => wake();
    inboxes.set(id, onReply);
    signal.addEventListener('abort', onAbort);
    died.addEventListener('abort', onDeath);
    try {
      send({ id, type: 'call', method, args });
      for (;;) {
        const reply = inbox.shift();
        if (!reply) {
          over = died.aborted;
          if (over) signal.throwIfAborted(); // it has stopped, as it was told to
          died.throwIfAborted();
          await new Promise<void>((resolve) => (wake = resolve));
        } else if (reply.type === 'yield') {
          yield reply.value;
        } else {
          over = true;
          if (reply.type === 'throw') throw unpack(reply.value);
          return reply.value;
        }
      }
    } finally {
      if (!over) onAbort();
      inboxes.delete(id);
      signal.removeEventListener('abort', onAbort);
      died.removeEventListener('abort', onDeath);
    }
  }

  // The one cast: a proxy has every method. What it answers is vouched for by both sides reading the same api type.
  return new Proxy({} as Remote<A>, {
    get:
      (_, method) =>
      (signal: AbortSignal, ...args: unknown[]) =>
        call(String(method), signal, args),
  });
}

/** One turn of the event loop, so that an abort can arrive even while a call never leaves the microtask queue. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

function pack(thrown: unknown): Thrown {
  if (isAbort(thrown)) return { code: 'abort', facts: {}, message: 'stopped' };
  const { code, facts, message } = toDrobeError(thrown);
  return { code, facts, message };
}

function unpack({ code, facts, message }: Thrown): Error {
  if (code === 'abort') return new DOMException(message, 'AbortError');
  return new DrobeError(code, facts, { cause: message });
}
