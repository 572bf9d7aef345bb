import { afterEach, beforeEach, expect, test } from 'vitest';
import { integrityOf } from '../../../src/cli/integrity-plugin';
import { fetchVerified } from '../../../src/runtime/verified';
import { HostileServer } from '../../hostile';

const bytes = Buffer.from('\0asm and what belongs to it');
const sum = integrityOf(bytes);
let server: HostileServer;

const read = async (file: Response) => Buffer.from(await file.arrayBuffer());

beforeEach(async () => (server = await new HostileServer(bytes).start()));
afterEach(() => server.stop());

test('a file is taken as it was built', async () => {
  expect(await read(await fetchVerified(server.url('ort.wasm'), sum))).toEqual(bytes);
  expect(server.asked).toHaveLength(1);
});

test('what is damaged or cut short where it is kept is asked of the server', async () => {
  for (const kept of [bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte)), bytes.subarray(0, -1)]) {
    const fetched: (RequestCache | undefined)[] = [];
    const file = await fetchVerified(server.url('ort.wasm'), sum, (url, init) => {
      fetched.push(init?.cache);
      // As a browser does it that keeps such a copy.
      if (init?.cache !== 'reload') server.bytes = kept;
      else server.bytes = bytes;
      return fetch(url, init);
    });
    expect(await read(file)).toEqual(bytes);
    expect(fetched).toEqual([undefined, 'reload']);
  }
});

test('one changed bit is told, and the file is not taken', async () => {
  server.bytes = bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte));
  await expect(fetchVerified(server.url('ort.wasm'), sum)).rejects.toMatchObject({
    code: 'app-damaged',
    facts: { file: 'ort.wasm' },
  });
});

test('one that is cut short is told, too', async () => {
  server.bytes = bytes.subarray(0, -1);
  await expect(fetchVerified(server.url('ort.wasm'), sum)).rejects.toMatchObject({ code: 'app-damaged' });
});

test('a file that cannot be had is not called damaged', async () => {
  server.habits.statuses = [404, 404, 404];
  await expect(fetchVerified(server.url('ort.wasm'), sum)).rejects.toMatchObject({
    code: 'network',
    facts: { status: 404 },
  });
});
