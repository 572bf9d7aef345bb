import type { EngineApi, TokenCounts, TokenWish } from '../../../engine/api';
import type { Remote } from '../../../engine/rpc';

/** Milliseconds without a change after which prompts are counted. */
const SOON = 150;

/** The counts of an empty prompt: text encoders read windows of 75 tokens. */
const none = { used: 0, room: 75 };

/**
 * How many tokens the prompts take, and how many their windows have room for: counted by the engine, a moment after typing.
 */
export class TokenCounter {
  /** Null where it could not be counted. */
  counts = $state.raw<TokenCounts | null>({ prompt: none, negative: none });
  readonly #engine: Remote<EngineApi>;

  constructor(engine: Remote<EngineApi>) {
    this.#engine = engine;
  }

  /** To be called in an effect: counts these prompts soon, unless others come first. */
  follow(wish: TokenWish): () => void {
    const stop = new AbortController();
    const soon = setTimeout(() => void this.#count(wish, stop.signal), SOON);
    return () => {
      clearTimeout(soon);
      stop.abort();
    };
  }

  async #count(wish: TokenWish, signal: AbortSignal): Promise<void> {
    // While nothing is typed, the tokenizer need not be loaded.
    if (wish.prompt === '' && wish.negative === '') {
      this.counts = { prompt: none, negative: none };
      return;
    }
    try {
      const { value } = await this.#engine.countTokens(signal, wish).next();
      if (!signal.aborted) this.counts = value;
    } catch {
      // A wrong number is worse than none; what is wrong with the engine will be said when it draws.
      if (!signal.aborted) this.counts = null;
    }
  }
}
