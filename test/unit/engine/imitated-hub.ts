/** Hugging Face, imitated by a server of our own, and what is offered there. */
import { afterEach, beforeEach, expect } from 'vitest';
import { offersAt } from '../../../src/engine/remote/offers';
import { HostileServer } from '../../hostile';
import { written } from '../../safetensors';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const SUM = 'ab'.repeat(32);
export const never = new AbortController().signal;

/** A LoRA of one module. */
export const lora = written(
  new Map(
    ['down', 'up'].map((side) => [
      `lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_${side}.weight`,
      { dtype: 'F32', shape: side === 'down' ? [1, 4] : [4, 1], bytes: new Uint8Array(16) },
    ]),
  ),
);

const bytesIn = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await file.arrayBuffer());

/** A server for the tests of a file, started for each. */
export function imitatedHub() {
  let server: HostileServer;
  beforeEach(async () => {
    server = await new HostileServer().start();
  });
  afterEach(() => server.stop());

  const here: typeof fetch = (url, init) => {
    const { href } = new URL(url as string); // all are strings
    expect(href).toMatch(/^https:\/\/huggingface\.co\//);
    return fetch(href.replace('https://huggingface.co/', server.url('')), init);
  };

  return {
    get server() {
      return server;
    },
    here,
    offers: (address: string) => offersAt(address, never, here),
    /** Serves a repository with these files, as the hub lists and serves it. */
    repository: async (name: string, files: Record<string, Blob | Uint8Array>, license = 'openrail++') => {
      const siblings = Object.keys(files).map((rfilename) => ({
        rfilename,
        size: 1,
        ...(rfilename.endsWith('.safetensors') && { lfs: { sha256: SUM, size: 1, pointerSize: 134 } }),
      }));
      const info = { id: name, sha: COMMIT, cardData: { license }, siblings };
      const served = new Map([
        [`api/models/${name}/revision/main`, new TextEncoder().encode(JSON.stringify(info))],
      ]);
      for (const [path, file] of Object.entries(files)) {
        const bytes = file instanceof Blob ? await bytesIn(file) : Uint8Array.from(file);
        served.set(`${name}/resolve/${COMMIT}/${path}`, bytes);
      }
      server.files = served;
    },
  };
}
