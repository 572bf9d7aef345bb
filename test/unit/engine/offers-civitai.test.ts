/** What is offered at a page of Civitai. */
import { describe, expect, it } from 'vitest';
import { offersAt } from '../../../src/engine/remote/offers';
import { lora, never, SUM } from './imitated-hub';

describe('a page of Civitai', () => {
  const files = (id: number, host = 'civitai.com') => [
    {
      name: `ink_v${id}.safetensors`,
      downloadUrl: `https://${host}/api/download/models/${id}`,
      hashes: { SHA256: SUM.toUpperCase() },
    },
    {
      name: `ink_v${id}_fp16.sft`,
      downloadUrl: `https://${host}/api/download/models/${id}?fp=fp16`,
      hashes: { SHA256: SUM },
    },
    { name: 'ink.ckpt', downloadUrl: `https://${host}/api/download/models/${id}?format=PickleTensor` },
  ];
  const site =
    (host?: string): typeof fetch =>
    async (input) => {
      const { origin, pathname } = new URL(input as string); // a string
      expect(origin).toBe('https://civitai.com');
      if (pathname.startsWith('/api/download/'))
        return new Response(lora, { headers: { 'Content-Length': String(lora.size) } });
      expect(pathname).toBe('/api/v1/models/4384');
      const modelVersions = [2, 1].map((id) => ({ id, files: files(id, host) }));
      return Response.json({ name: 'Ink', modelVersions });
    };

  it.each([
    ['https://civitai.com/models/4384/ink', 2],
    ['https://civitai.com/models/4384?modelVersionId=1', 1],
  ])('offers what its API does: %s', async (address, version) => {
    const [offer, ...more] = await offersAt(address, never, site());
    expect(more).toMatchObject([{ file: `ink_v${version}_fp16.safetensors` }]);
    expect(offer).toMatchObject({ file: `ink_v${version}.safetensors` });
    expect(offer!.model!.ranges[0]!.file).toMatchObject({
      url: `https://civitai.com/api/download/models/${version}`,
      sha256: SUM.toUpperCase(),
    });
  });

  it('leads to no other host than the one that was named', async () => {
    await expect(
      offersAt('https://civitai.com/models/4384', never, site('elsewhere.example')),
    ).rejects.toMatchObject({ code: 'no-model-there' });
  });

  it('that no other site may read says so', async () => {
    const shut = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(offersAt('https://civitai.com/models/4384', never, shut)).rejects.toMatchObject({
      code: 'page-closed',
      facts: { host: 'civitai.com' },
    });
  });
});
